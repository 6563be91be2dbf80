"""Files and tables to documents, articles, paragraphs and passages; every character kept, every repair explained."""

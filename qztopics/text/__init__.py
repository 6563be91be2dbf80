"""From the text of a passage to its tokens: lexicon and segmentation. Knows nothing of matrices."""

"""Complex formats to page text or table rows; only the supervised child imports the readers."""

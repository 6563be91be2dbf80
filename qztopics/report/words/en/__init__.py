"""The pages in English."""

"""Bytes of text files to text: which encoding, and what is doubtful about it."""

"""What was printed twice: reprints of articles, near-copies of passages."""

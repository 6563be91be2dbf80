"""From tokens and characters to matrices: vocabulary, counts, TF-IDF, character n-grams, seed terms.

Row i of every matrix is passage i. Knows nothing of segmenters.
"""

"""What the text says of itself: LDA and its terms, coherence, latent dimensions, clusters, agreement with labels."""

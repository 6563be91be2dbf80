"""The verbs: train, classify, evaluate. Knows the order of things, no mathematics."""

"""Model <-> models/NAME/: a folder of plain arrays and texts under one manifest, published in one step.

Nothing in a bundle is a program, and no name in it is ever imported.
"""

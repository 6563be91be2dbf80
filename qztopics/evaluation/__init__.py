"""Label arrays only: label files, splits, metrics, intervals. Knows no model."""

"""Taxonomy, few-label classifier, calibration, abstention, explanation."""

"""Corrections as training examples: which images teach which tags."""

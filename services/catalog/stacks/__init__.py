"""Stacks of near-duplicates in lists and results."""

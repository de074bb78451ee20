"""Measure how well a running server tags labelled pictures."""

"""Figures for Prometheus that nobody counts, because they can be looked up."""

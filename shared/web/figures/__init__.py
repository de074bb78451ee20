"""Figures for Prometheus that are looked up rather than counted."""

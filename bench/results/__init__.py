"""Figures as statistics, targets, tables and plots."""

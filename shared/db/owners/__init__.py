"""Queries about owners, their keys, and what each caller may see."""

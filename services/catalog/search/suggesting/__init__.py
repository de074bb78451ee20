"""Suggestions while a search is being typed."""

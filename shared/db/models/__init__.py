"""Queries about model versions, fine-tune runs and re-tagging."""

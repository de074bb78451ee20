"""Queries about fine-tune runs."""

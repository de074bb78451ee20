"""Queries about corrections, the votes in them, and the people who make them."""

"""Queries about the vocabularies of networks."""

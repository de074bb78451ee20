"""Queries about tags and their relatives."""

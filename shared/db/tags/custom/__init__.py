"""Queries that create, rename, publish, merge and delete custom tags."""

"""Queries of search: by tags, and by what pictures look like."""

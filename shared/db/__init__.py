"""Postgres: the schema, its migrations, and every query, by subject."""

"""Postgres: the schema, its migrations, and every query, each under a verb."""

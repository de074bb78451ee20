"""Postgres and Redis as child processes."""

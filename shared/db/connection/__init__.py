"""Connections to Postgres, and what needs one of its own: locks, notifications, COPY."""

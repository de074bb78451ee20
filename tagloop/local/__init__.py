"""Tagloop on one machine: embedded Postgres and Redis, every service, one port, no Docker."""

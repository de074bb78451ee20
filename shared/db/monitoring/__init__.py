"""Queries for metrics, health checks and the doctor."""

"""Dashboards, and the code that writes them."""

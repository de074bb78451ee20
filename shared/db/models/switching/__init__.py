"""Queries about changing the network of a living system."""

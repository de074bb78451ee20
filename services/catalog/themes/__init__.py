"""Themes: named sets of tags, and the pictures that show them."""

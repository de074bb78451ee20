"""Themes: sets of tags under one name, and the pictures that show them."""

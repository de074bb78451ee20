"""Smaller versions of pictures, made in separate processes."""

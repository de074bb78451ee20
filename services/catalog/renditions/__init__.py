"""Smaller versions of pictures, made in processes of their own."""

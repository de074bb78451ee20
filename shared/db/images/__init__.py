"""Queries about images, from the upload to the stored tags."""

"""Formats made of nested boxes: HEIC, AVIF and JPEG 2000."""

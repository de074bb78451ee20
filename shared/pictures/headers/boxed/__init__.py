"""Formats made of boxes, one within the other: HEIC, AVIF and JPEG 2000."""

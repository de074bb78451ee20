"""Directories of tagged entries: TIFF files and EXIF data."""

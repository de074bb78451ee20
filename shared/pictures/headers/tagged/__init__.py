"""Directories of tagged entries: TIFF, and EXIF data, which are one."""

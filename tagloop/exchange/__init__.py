"""Tags to and from other programs: label files, XMP and photo servers."""

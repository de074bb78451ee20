"""XMP packets: parse them, read their words, and edit them byte by byte."""

"""What a picture's file says of itself before its pixels: format, size, orientation.

Small readers, one for each format, that skip what they do not need. A stranger's header is read in
the web process, so each has a budget (`source.py`) and takes milliseconds whatever the file holds.
"""

from shared.pictures.headers.header import Header
from shared.pictures.headers.read import read_header
from shared.pictures.headers.source import FileSource, MemorySource, Source

__all__ = ["FileSource", "Header", "MemorySource", "Source", "read_header"]

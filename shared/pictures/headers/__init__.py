"""Read a picture's header: format, size, orientation.

Each format has a small reader that skips what it does not need. Untrusted headers are read in the
web process, so each read has a budget (`source.py`) and takes milliseconds whatever the file holds.
"""

from shared.pictures.headers.header import Header
from shared.pictures.headers.read import read_header
from shared.pictures.headers.source import FileSource, MemorySource, Source

__all__ = ["FileSource", "Header", "MemorySource", "Source", "read_header"]

"""Random access to a file's bytes, with a budget for reading a header."""

import os
from abc import ABC, abstractmethod
from typing import BinaryIO

from shared.errors import NotAPicture

# A photograph's header takes about ten reads; one with megabytes of metadata a few hundred.
MAX_READS = 2000
# Twice the size of four maximum-size EXIF segments.
MAX_BYTES = 512 * 1024
DAMAGED = "The file is not a picture that Tagloop reads: its header is damaged."


class Source(ABC):
    """A file to read headers from."""

    def __init__(self) -> None:
        self._reads = 0
        self._bytes = 0

    def read(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`; fewer at the end of the file.

        Raises:
            NotAPicture: the budget is used up.
        """
        self._reads += 1
        self._bytes += size
        if self._reads > MAX_READS or self._bytes > MAX_BYTES:
            raise NotAPicture(
                f"The header of the picture has more than {MAX_READS:,} parts, or "
                f"{MAX_BYTES // 1024:,} KiB that have to be read; save it without its metadata."
            )
        return self._read(offset, size)

    def need(self, offset: int, size: int) -> bytes:
        """Return exactly `size` bytes from `offset`.

        Raises:
            NotAPicture: the file ends before, or the budget is used up.
        """
        data = self.read(offset, size)
        if len(data) < size:
            raise NotAPicture(DAMAGED)
        return data

    @abstractmethod
    def _read(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`, without a budget."""


class FileSource(Source):
    """Reads from an open file."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def _read(self, offset: int, size: int) -> bytes:
        # A damaged file may name an offset of 64 bits, to which no file can be moved.
        self._file.seek(min(offset, self._size))
        return self._file.read(size)


class MemorySource(Source):
    """Reads from memory."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        self._data = data

    def _read(self, offset: int, size: int) -> bytes:
        return bytes(self._data[offset : offset + size])

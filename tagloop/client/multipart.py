"""Files as the body of a multipart/form-data request, read from disk while they are sent."""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import FileIO

from tagloop.client.errors import FileUnusable
from tagloop.client.names import header_file_name

BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file and its size in bytes when it was opened."""

    path: str
    handle: FileIO
    size: int


def open_file(path: str) -> OpenFile:
    """Open a file for sending.

    Raises FileUnusable when it cannot be read.
    """
    try:
        handle = FileIO(path)
        return OpenFile(path, handle, os.fstat(handle.fileno()).st_size)
    except OSError as error:
        raise FileUnusable(path, str(error.strerror)) from error


class Multipart:
    """A request body in which each file is a part named `file`. It can be iterated repeatedly.

    Iterating yields blocks of bytes and raises FileUnusable when a file has become shorter or
    cannot be read any more.
    """

    def __init__(self, files: Sequence[OpenFile]) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._parts = [
            (f"\r\n--{boundary}\r\n".encode() + _part_header(file.path), file) for file in files
        ]
        self._end = f"\r\n--{boundary}--\r\n".encode()

    @property
    def content_length(self) -> int:
        """Return the size of the whole body in bytes."""
        return sum(len(header) + file.size for header, file in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for header, file in self._parts:
            blocks = _blocks(file)
            # The header and the start of the file share a packet.
            yield header + next(blocks, b"")
            yield from blocks
        yield self._end


def _part_header(path: str) -> bytes:
    disposition = b'Content-Disposition: form-data; name="file"; filename="%s"\r\n'
    return disposition % header_file_name(path) + b"Content-Type: application/octet-stream\r\n\r\n"


def _blocks(file: OpenFile) -> Iterator[bytes]:
    """Yield the file from its start, exactly as many bytes as it had when it was opened."""
    left = file.size
    try:
        file.handle.seek(0)
        while left:
            block = file.handle.read(min(left, BLOCK_BYTES))
            if not block:
                raise FileUnusable(file.path, "it became shorter while it was sent")
            left -= len(block)
            yield block
    except OSError as error:
        # An OSError would look like a lost connection.
        raise FileUnusable(file.path, str(error.strerror)) from error

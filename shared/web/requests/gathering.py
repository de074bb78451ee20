"""Receive a file: in memory while it is small, otherwise on disk."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO, cast

CHUNK_BYTES = 64 * 1024
# Holds most photographs of 12 megapixels. A temporary file would be written, then read twice. A
# process gathers at most as many as it has threads for uploads (server/lanes.py).
IN_MEMORY_BYTES = 4 * 1024 * 1024


def read_pieces(stream: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yield the pieces of a stream, up to the one that exceeds the limit."""
    size = 0
    while size <= max_bytes and (chunk := stream.read(CHUNK_BYTES)):
        size += len(chunk)
        yield chunk


def gather(pieces: Iterable[bytes], max_bytes: int) -> tuple[BinaryIO, bool]:
    """Return the pieces as one file, positioned at its start, and whether it is complete.

    If the file is larger than max_bytes, only its beginning is kept.
    """
    content: BinaryIO = BytesIO()
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > max_bytes:
            continue
        if size > IN_MEMORY_BYTES and isinstance(content, BytesIO):
            content = _on_disk(content)
        content.write(piece)
    content.seek(0)
    return content, size <= max_bytes


def _on_disk(content: BytesIO) -> BinaryIO:
    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller closes it
    file.write(content.getbuffer())
    return file

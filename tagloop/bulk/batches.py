"""Files with their digests, in groups of a size that suits a request."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO

from tagloop.bulk.events import Event, Outcome

# Limits of one request that sends files.
MAX_FILES = 32
MAX_BYTES = 16 * 1024 * 1024
# Files in one question about what the server already has. All of them are hashed before the first
# is sent, and meanwhile the server has nothing to do: 256 photographs of 12 megapixels would take a
# second.
MAX_DIGESTS = 256
MAX_HASHED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file, its size in bytes and the SHA-256 of its content, in hexadecimal."""

    path: str
    size: int
    sha256: str


def hash_files(paths: Iterable[str], skip: Callable[[Event], None]) -> Iterator[HashedFile]:
    """Read and hash each file once; call `skip` for files that cannot be read."""
    for path in paths:
        try:
            with FileIO(path) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                yield HashedFile(path, file.tell(), digest)
        except OSError as error:
            skip(Event(Outcome.UNREADABLE, path, str(error.strerror)))


def by_size(
    files: Iterable[HashedFile], max_files: int, max_bytes: int
) -> Iterator[list[HashedFile]]:
    """Yield groups of at most this many files and bytes; a larger file is a group of its own."""
    batch: list[HashedFile] = []
    size = 0
    for file in files:
        if batch and (len(batch) == max_files or size + file.size > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield batch

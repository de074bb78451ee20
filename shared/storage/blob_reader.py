"""Read a blob piece by piece, at the reader's pace."""

from collections.abc import Callable, Iterator

PIECE_BYTES = 256 * 1024


class BlobReader:
    """Iterates over a blob from a position on; only one piece is in memory.

    Nothing stays open between two pieces, so a slow reader holds neither a file nor a connection.
    """

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        """size: of the blob, in bytes. read: gets the bytes from a first position to an end."""
        self.size = size
        self._read = read
        self._position = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return the next piece.

        Raises:
            BlobMissing: the blob was deleted meanwhile.
            StorageUnavailable: it could not be read.
        """
        if self._position >= self.size:
            raise StopIteration
        end = min(self.size, self._position + PIECE_BYTES)
        piece = self._read(self._position, end)
        self._position = end
        return piece

    def seekable(self) -> bool:
        """Return True: reading can begin anywhere."""
        return True

    def seek(self, position: int) -> None:
        """Continue at this byte."""
        self._position = position

    def tell(self) -> int:
        """Return where the next piece begins."""
        return self._position

"""The messages between a worker and its decoder process.

Files and pixels are in shared memory; only a few bytes go through the pipe. Sending everything
through the pipe cost a tenth of the worker's throughput.
"""

import mmap
import os
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from shared.pictures.fingerprint import MINIATURE_BYTES, Fingerprint

CHANNELS = 3
# Size of the file in bytes, orientation, and the name of the format, padded.
REQUEST = struct.Struct("<QB15s")
PIXELS = 0
# A byte for success, the share of the picture that was decoded, and its fingerprint: the difference
# hash, the time in microseconds, and the miniature.
DONE = struct.Struct(f"<Bfqq{MINIATURE_BYTES}s")
EPOCH = datetime(1970, 1, 1)
NO_TIME = -(2**63)


class DecodeRefused(IntEnum):
    """The reason why there are no pixels."""

    DAMAGED = 1
    MEMORY = 2


@dataclass(frozen=True)
class DecodeRequest:
    """A request to decode the picture whose file is in the shared memory."""

    size: int
    orientation: int
    format: str

    def pack(self) -> bytes:
        """Return the request as a message."""
        return REQUEST.pack(self.size, self.orientation, self.format.encode())

    @classmethod
    def receive(cls, connection: Connection) -> "DecodeRequest":
        """Wait for the next request.

        Raises:
            EOFError: the worker is gone.
        """
        size, orientation, name = REQUEST.unpack(connection.recv_bytes())
        return cls(size, orientation, name.rstrip(b"\0").decode())


@dataclass(frozen=True)
class Square:
    """The square in the middle of a picture.

    pixels: (side, side, 3) uint8 RGB in sRGB, upright. share: the share of the picture that was
    decoded; 1 if its file is complete. fingerprint: of the whole picture.
    """

    pixels: NDArray[np.uint8]
    share: float = 1.0
    fingerprint: Fingerprint | None = None

    @classmethod
    def answered(cls, answer: bytes, pixels: NDArray[np.uint8]) -> "Square":
        """Return the square of a decoder's answer."""
        _, share, difference_hash, taken, miniature = DONE.unpack(answer)
        taken_at = None if taken == NO_TIME else EPOCH + timedelta(microseconds=taken)
        return cls(pixels, share, Fingerprint(difference_hash, miniature, taken_at))


class SharedMemory:
    """Memory that two processes map: a square of pixels, then space for one file."""

    def __init__(self, descriptor: int, side: int) -> None:
        """Map the memory of a descriptor that `create_memory` returned for the same side."""
        self._map = mmap.mmap(descriptor, 0)
        size = side * side * CHANNELS
        flat = np.frombuffer(self._map, np.uint8)
        self.pixels: NDArray[np.uint8] = flat[:size].reshape(side, side, CHANNELS)
        self.file: NDArray[np.uint8] = flat[size:]


def create_memory(side: int, file_bytes: int) -> int:
    """Return a descriptor of memory for a square and a file; unused pages take no space."""
    descriptor = os.memfd_create("tagloop-decoder")
    os.ftruncate(descriptor, side * side * CHANNELS + file_bytes)
    return descriptor


def send_done(connection: Connection, square: Square) -> None:
    """Answer that the pixels are in the shared memory."""
    fingerprint = square.fingerprint
    assert fingerprint is not None
    taken = NO_TIME
    if fingerprint.taken_at is not None:
        taken = (fingerprint.taken_at - EPOCH) // timedelta(microseconds=1)
    connection.send_bytes(
        DONE.pack(PIXELS, square.share, fingerprint.difference_hash, taken, fingerprint.miniature)
    )


def send_refusal(connection: Connection, refused: DecodeRefused, reason: str) -> None:
    """Answer that there are no pixels, with the reason."""
    connection.send_bytes(bytes([refused]) + reason.encode(errors="replace"))

"""The messages between a worker and its decoder process.

Files and pixels are in shared memory; only a few bytes go through the pipe. Sending everything
through the pipe cost a tenth of the worker's throughput.
"""

import mmap
import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

CHANNELS = 3
# Size of the file in bytes, orientation, and the name of the format, padded.
REQUEST = struct.Struct("<QB15s")
PIXELS = 0
# A byte for success, and the share of the picture that was decoded.
DONE = struct.Struct("<Bf")


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
    decoded; 1 if its file is complete.
    """

    pixels: NDArray[np.uint8]
    share: float = 1.0


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


def send_done(connection: Connection, share: float) -> None:
    """Answer that the pixels are in the shared memory; share: of the picture that was decoded."""
    connection.send_bytes(DONE.pack(PIXELS, share))


def send_refusal(connection: Connection, refused: DecodeRefused, reason: str) -> None:
    """Answer that there are no pixels, with the reason."""
    connection.send_bytes(bytes([refused]) + reason.encode(errors="replace"))

"""What a worker and its decoder process say to each other.

Files and pixels lie in memory that both have; only a few bytes go through the pipe. Sending them
through it as well cost a tenth of the worker's throughput.
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
# Bytes of the file, orientation, then the name of the format, padded.
REQUEST = struct.Struct("<QB15s")
PIXELS = 0
# That there are pixels, and the share of the picture that was decoded.
DONE = struct.Struct("<Bf")


class DecodeRefused(IntEnum):
    """Why there are no pixels."""

    DAMAGED = 1
    MEMORY = 2


@dataclass(frozen=True)
class DecodeRequest:
    """A picture to decode; its file lies in the shared memory."""

    size: int
    orientation: int
    format: str

    def pack(self) -> bytes:
        """The request as a message."""
        return REQUEST.pack(self.size, self.orientation, self.format.encode())

    @classmethod
    def receive(cls, connection: Connection) -> "DecodeRequest":
        """Wait for the next one. Raises EOFError when the worker is gone."""
        size, orientation, name = REQUEST.unpack(connection.recv_bytes())
        return cls(size, orientation, name.rstrip(b"\0").decode())


@dataclass(frozen=True)
class Square:
    """The square in the middle of a picture.

    pixels: (side, side, 3) uint8 RGB in sRGB, upright. share: how much of the picture was
    decoded, 1 where its file is complete.
    """

    pixels: NDArray[np.uint8]
    share: float = 1.0


class SharedMemory:
    """A square of pixels, then room for one file, in memory that two processes map."""

    def __init__(self, descriptor: int, side: int) -> None:
        """Map the memory behind a descriptor that `create_memory` made for the same side."""
        self._map = mmap.mmap(descriptor, 0)
        size = side * side * CHANNELS
        flat = np.frombuffer(self._map, np.uint8)
        self.pixels: NDArray[np.uint8] = flat[:size].reshape(side, side, CHANNELS)
        self.file: NDArray[np.uint8] = flat[size:]


def create_memory(side: int, file_bytes: int) -> int:
    """A descriptor of memory for a square and a file; pages cost nothing until they are used."""
    descriptor = os.memfd_create("tagloop-decoder")
    os.ftruncate(descriptor, side * side * CHANNELS + file_bytes)
    return descriptor


def send_done(connection: Connection, share: float) -> None:
    """Answer that the pixels are in the shared memory. share: of the picture that was decoded."""
    connection.send_bytes(DONE.pack(PIXELS, share))


def send_refusal(connection: Connection, refused: DecodeRefused, reason: str) -> None:
    """Answer that there are no pixels, and why."""
    connection.send_bytes(bytes([refused]) + reason.encode(errors="replace"))

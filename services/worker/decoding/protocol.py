"""What a worker and its decoder process say to each other."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

# Orientation, then the name of the format, padded.
REQUEST_HEADER = struct.Struct("<B15s")
PIXELS = 0


class Refused(IntEnum):
    """Why there are no pixels."""

    DAMAGED = 1
    MEMORY = 2


@dataclass(frozen=True)
class Request:
    """A picture to decode."""

    format: str
    orientation: int
    data: memoryview

    def send(self, connection: Connection) -> None:
        """Send it to the decoder."""
        connection.send_bytes(REQUEST_HEADER.pack(self.orientation, self.format.encode()))
        connection.send_bytes(self.data)

    @classmethod
    def receive(cls, connection: Connection) -> "Request":
        """Wait for the next one. Raises EOFError when the worker is gone."""
        orientation, name = REQUEST_HEADER.unpack(connection.recv_bytes())
        data = memoryview(connection.recv_bytes())
        return cls(name.rstrip(b"\0").decode(), orientation, data)


def send_pixels(connection: Connection, pixels: NDArray[np.uint8]) -> None:
    """Answer with a square, (side, side, 3)."""
    connection.send_bytes(bytes([PIXELS]))
    connection.send_bytes(np.ascontiguousarray(pixels).data.cast("B"))


def send_refusal(connection: Connection, refused: Refused, reason: str) -> None:
    """Answer that there are no pixels, and why."""
    connection.send_bytes(bytes([refused]) + reason.encode(errors="replace"))

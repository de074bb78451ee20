"""The process that makes smaller versions of pictures; `Renderer` starts it.

It reads the requested longer side, in pixels, and then the file. It answers with an outcome byte,
followed by the JPEG or the reason.
"""

import contextlib
import io
import sys
from enum import IntEnum
from multiprocessing.connection import Connection

from PIL import Image

from shared.errors import PictureError
from shared.pictures.isolated import Limits
from shared.pictures.pixels.rgb import decode_rgb

JPEG_QUALITY = 80


class RenderOutcome(IntEnum):
    """The outcome; the first byte of an answer."""

    DONE = 0
    DAMAGED = 1
    MEMORY = 2


def render(data: memoryview, max_side: int) -> bytes:
    """Shrink a picture to a JPEG without metadata.

    Raises:
        PictureError: it cannot be decoded.
    """
    picture = decode_rgb(data, max_side).image
    picture.thumbnail((max_side, max_side), Image.Resampling.BOX)
    pixels = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def serve(connection: Connection, limits: Limits) -> None:
    """Answer requests until the web process disconnects."""
    with contextlib.suppress(EOFError):
        while True:
            max_side = int(connection.recv_bytes())
            data = memoryview(connection.recv_bytes())
            try:
                with limits.one_picture():
                    answer = bytes([RenderOutcome.DONE]) + render(data, max_side)
            except PictureError as error:
                answer = bytes([RenderOutcome.DAMAGED]) + str(error).encode(errors="replace")
            except MemoryError:
                answer = bytes([RenderOutcome.MEMORY])
            connection.send_bytes(answer)


def main() -> None:
    """Set the limits and serve."""
    socket, seconds, memory_bytes = sys.argv[1:]
    limits = Limits(int(seconds), int(memory_bytes))
    limits.apply()
    serve(Connection(int(socket)), limits)


if __name__ == "__main__":
    main()

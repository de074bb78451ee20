"""The decoder process, as `Decoder` starts it.

A dozen decoders read untrusted bytes here. So the process has limits on time and memory, knows no
password, and is connected only to its worker.
"""

import contextlib
import sys
from multiprocessing.connection import Connection

from services.worker.decoding.protocol import (
    DecodeRefused,
    DecodeRequest,
    SharedMemory,
    send_done,
    send_refusal,
)
from services.worker.decoding.square import decode_square, prepare_opencv
from shared.errors import PictureError
from shared.pictures.isolated import Limits


def serve(connection: Connection, memory: SharedMemory, crop: float, limits: Limits) -> None:
    """Answer requests until the worker ends."""
    side = len(memory.pixels)
    with contextlib.suppress(EOFError):
        while True:
            request = DecodeRequest.receive(connection)
            file = memory.file[: request.size].data
            try:
                with limits.one_picture():
                    square = decode_square(file, request.format, request.orientation, side, crop)
                memory.pixels[:] = square.pixels
            except PictureError as error:
                send_refusal(connection, DecodeRefused.DAMAGED, str(error))
            except MemoryError:
                send_refusal(connection, DecodeRefused.MEMORY, "")
            else:
                send_done(connection, square)


def main() -> None:
    """Set the limits and serve."""
    socket, shared, side, crop, seconds, memory_bytes = sys.argv[1:]
    limits = Limits(int(seconds), int(memory_bytes))
    limits.apply()
    prepare_opencv()
    memory = SharedMemory(int(shared), int(side))
    serve(Connection(int(socket)), memory, float(crop), limits)


if __name__ == "__main__":
    main()

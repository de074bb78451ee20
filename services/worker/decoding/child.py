"""The process that decodes, as `Decoder` starts it.

Strangers' bytes go through a dozen decoders here, so it has limits on time and memory, and nothing
to lose: it knows no password and holds no connection but the one to its worker.
"""

import contextlib
import resource
import signal
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


def serve(connection: Connection, memory: SharedMemory, crop: float, seconds: int) -> None:
    """Answer requests until the worker goes away."""
    side = len(memory.pixels)
    with contextlib.suppress(EOFError):
        while True:
            request = DecodeRequest.receive(connection)
            # The signal ends this process even in the middle of a C library.
            signal.alarm(seconds)
            try:
                file = memory.file[: request.size].data
                square = decode_square(file, request.format, request.orientation, side, crop)
                memory.pixels[:] = square.pixels
            except PictureError as error:
                signal.alarm(0)
                send_refusal(connection, DecodeRefused.DAMAGED, str(error))
            except MemoryError:
                signal.alarm(0)
                send_refusal(connection, DecodeRefused.MEMORY, "")
            else:
                signal.alarm(0)
                send_done(connection, square.share)


def main() -> None:
    """Set the limits and serve."""
    socket, shared, side, crop, seconds, memory_bytes = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prepare_opencv()
    memory = SharedMemory(int(shared), int(side))
    serve(Connection(int(socket)), memory, float(crop), int(seconds))


if __name__ == "__main__":
    main()

"""Pictures that harm their decoder, for the stack under test alone.

This folder is put on the PYTHONPATH of the stack, so every Python process of it imports this file
when it starts. In a decoder process, a picture that ends with one of the markers then does what a
hostile file does to a C library: it crashes it, hangs it, or eats memory.
"""

import os
import sys
from typing import Any

DECODER_MODULE = "services.worker.decoding.child"
CRASH = b"tagloop-chaos-crash"
HANG = b"tagloop-chaos-hang"
EAT_MEMORY = b"tagloop-chaos-memory"
BITE_BYTES = 64 * 1024 * 1024


def harm(data: memoryview) -> None:
    """Do what the marker at the end of a picture says."""
    if bytes(data[-len(CRASH) :]) == CRASH:
        os.abort()
    if bytes(data[-len(HANG) :]) == HANG:
        while True:
            pass
    if bytes(data[-len(EAT_MEMORY) :]) == EAT_MEMORY:
        eaten = []
        while True:
            eaten.append(bytearray(BITE_BYTES))


def poison_decoder() -> None:
    """Have the decoder of this process look for markers first."""
    from services.worker.decoding import square

    decode_square = square.decode_square

    def decode_or_suffer(data: memoryview, *rest: Any) -> Any:
        harm(data)
        return decode_square(data, *rest)

    vars(square)["decode_square"] = decode_or_suffer


if DECODER_MODULE in sys.orig_argv:
    poison_decoder()

"""A decoder process, seen from the worker: one for each lane, replaced when a picture ends it."""

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone import Description
from services.worker.decoding.protocol import PIXELS, Refused, Request
from shared.config import Settings
from shared.errors import DamagedPicture, DecoderCrashed, TagloopError

CHILD_MODULE = "services.worker.decoding.child"
MEBIBYTE = 1024 * 1024


class Decoder:
    """Turns the bytes of pictures into squares of pixels. For one thread."""

    def __init__(self, description: Description, settings: Settings) -> None:
        self._description = description
        self._settings = settings
        self._start()

    def decode(self, data: memoryview, format: str, orientation: int) -> NDArray[np.uint8]:
        """The square in the middle of a picture, (side, side, 3) uint8 RGB, upright.

        Raises:
            DamagedPicture: it can't be decoded, or not within the limits on time and memory.
            DecoderCrashed: it ended the decoder.
        """
        side = self._description.side
        pixels = np.empty((side, side, 3), np.uint8)
        try:
            Request(format, orientation, data).send(self._connection)
            answer = self._connection.recv_bytes()
            if answer[0] == PIXELS:
                self._connection.recv_bytes_into(pixels.reshape(-1))
                return pixels
        except (EOFError, OSError) as error:
            raise self._replace() from error
        if answer[0] == Refused.MEMORY:
            raise self._too_much_memory()
        raise DamagedPicture(answer[1:].decode())

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.wait()

    def _start(self) -> None:
        settings = self._settings
        ours, theirs = Pipe()
        self._connection: Connection = ours
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", CHILD_MODULE, str(theirs.fileno())),
                *(str(self._description.side), str(self._description.crop)),
                *(str(settings.decode_seconds), str(settings.decode_memory_bytes)),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=_environment(),
        )
        theirs.close()

    def _replace(self) -> TagloopError:
        """Start a new process in the place of one that ended; say what the picture did to it."""
        self._connection.close()
        status = self._process.wait()
        self._start()
        if status == -signal.SIGALRM:
            return DamagedPicture(
                f"Decoding it took longer than {self._settings.decode_seconds} seconds."
            )
        if status == -signal.SIGKILL:
            return self._too_much_memory()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return DecoderCrashed(f"It crashed the decoder ({how}).")

    def _too_much_memory(self) -> DamagedPicture:
        limit = self._settings.decode_memory_bytes // MEBIBYTE
        return DamagedPicture(f"Decoding it takes more than {limit:,} MiB of memory.")


def _environment() -> dict[str, str]:
    """What a process needs to start, without any of our settings: some are secrets."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TAGLOOP_")}
    return {**ours, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

"""A decoder process, seen from the worker: one for each lane, replaced when a picture ends it."""

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe

from services.worker.backbone import Description
from services.worker.decoding.protocol import (
    DONE,
    PIXELS,
    DecodeRefused,
    DecodeRequest,
    SharedMemory,
    Square,
    create_memory,
)
from shared.config import Settings
from shared.errors import DamagedPicture, DecoderCrashed, TagloopError, TooManyBytes

CHILD_MODULE = "services.worker.decoding.child"
MEBIBYTE = 1024 * 1024


class Decoder:
    """Turns the bytes of pictures into squares of pixels. For one thread."""

    def __init__(self, description: Description, settings: Settings) -> None:
        self._description = description
        self._settings = settings
        self._descriptor = create_memory(description.side, settings.max_image_bytes)
        self._memory = SharedMemory(self._descriptor, description.side)
        self._start()

    def decode(self, data: memoryview, format: str, orientation: int) -> Square:
        """Return the square in the middle of a picture.

        Raises:
            DamagedPicture: it can't be decoded, or not within the limits on time and memory.
            DecoderCrashed: it ended the decoder.
            TooManyBytes: it is larger than what this server accepts by now.
        """
        if len(data) > len(self._memory.file):
            raise TooManyBytes
        self._memory.file[: len(data)] = data
        try:
            DecodeRequest(len(data), orientation, format).send(self._connection)
            answer = self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._replace() from error
        if answer[0] == PIXELS:
            return Square(self._memory.pixels.copy(), DONE.unpack(answer)[1])
        if answer[0] == DecodeRefused.MEMORY:
            raise self._too_much_memory()
        raise DamagedPicture(answer[1:].decode())

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.wait()
        os.close(self._descriptor)

    def _start(self) -> None:
        settings = self._settings
        ours, theirs = Pipe()
        self._connection: Connection = ours
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", CHILD_MODULE),
                *(str(theirs.fileno()), str(self._descriptor)),
                *(str(self._description.side), str(self._description.crop)),
                *(str(settings.decode_seconds), str(settings.decode_memory_bytes)),
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno(), self._descriptor],
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

"""The parent's side of a process that decodes untrusted pictures."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe

from shared.errors import DamagedPicture, DecoderCrashed, TagloopError
from shared.pictures.isolated.limits import Limits

MEBIBYTE = 1024 * 1024


class IsolatedProcess:
    """Runs `python -m MODULE SOCKET ARGUMENTS…`; replaced when a picture ends it. Not thread-safe.

    It has none of our settings, and its only connection is a socket to this process, whose
    descriptor is its first argument.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[object],
        limits: Limits,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._module = module
        self._arguments = [str(argument) for argument in arguments]
        self._limits = limits
        self._descriptors = descriptors
        self._start()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running process."""
        return self._process

    def ask(self, *messages: bytes | memoryview) -> bytes:
        """Send messages and wait for the answer.

        Raises:
            DamagedPicture: it took too much time or memory.
            DecoderCrashed: the process ended.
        """
        try:
            for message in messages:
                self._connection.send_bytes(message)
            return self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._replace() from error

    def too_much_memory(self) -> DamagedPicture:
        """Return the error for a picture that needs too much memory."""
        limit = self._limits.memory_bytes // MEBIBYTE
        return DamagedPicture(f"Decoding it takes more than {limit:,} MiB of memory.")

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.wait()

    def _start(self) -> None:
        ours, theirs = Pipe()
        self._connection: Connection = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, str(theirs.fileno()), *self._arguments],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno(), *self._descriptors],
            env=_environment(),
        )
        theirs.close()

    def _replace(self) -> TagloopError:
        """Replace a process that has ended; return the error that the picture caused."""
        self._connection.close()
        status = self._process.wait()
        self._start()
        if status == -signal.SIGALRM:
            return DamagedPicture(f"Decoding it took longer than {self._limits.seconds} seconds.")
        if status == -signal.SIGKILL:
            return self.too_much_memory()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return DecoderCrashed(f"It crashed the decoder ({how}).")


def _environment() -> dict[str, str]:
    """Return the environment of a process, without our settings, since some are secrets."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TAGLOOP_")}
    return {**ours, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

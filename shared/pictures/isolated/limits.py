"""Limits of a process that decodes, set by the process itself before it sees a picture."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The longest time for one picture, in seconds, and the most memory, in bytes."""

    seconds: int
    memory_bytes: int

    def apply(self) -> None:
        """Limit the memory of this process, and keep it from leaving a core behind."""
        resource.setrlimit(resource.RLIMIT_DATA, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    @contextmanager
    def one_picture(self) -> Iterator[None]:
        """End this process, even in the middle of a C library, when the block takes too long."""
        signal.alarm(self.seconds)
        try:
            yield
        finally:
            signal.alarm(0)

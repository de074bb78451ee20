"""Limits that a decoding process sets for itself before it reads a picture."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Maximum time for one picture, in seconds, and maximum memory, in bytes."""

    seconds: int
    memory_bytes: int

    def apply(self) -> None:
        """Limit the memory of this process, and disable core dumps."""
        resource.setrlimit(resource.RLIMIT_DATA, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    @contextmanager
    def one_picture(self) -> Iterator[None]:
        """End this process, even inside a C library, if the block takes too long."""
        signal.alarm(self.seconds)
        try:
            yield
        finally:
            signal.alarm(0)

"""Time of a request on the clock, and on a processor core.

On a busy machine, the time on the core says what the request would take on a quiet one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

NANOSECONDS_PER_MILLISECOND = 1e6


@dataclass
class Took:
    """Milliseconds, once the block has ended. processor: of this process and of Postgres."""

    clock: float = 0.0
    processor: float = 0.0


class RequestClock:
    """Measures blocks; knows the processes of Postgres that serve an engine's connections."""

    def __init__(self, engine: Engine) -> None:
        self._backends: set[int] = set()
        event.listen(engine, "checkout", self._note)

    @contextmanager
    def measure(self) -> Iterator[Took]:
        """Measure a block."""
        took = Took()
        clock, processor = time.perf_counter(), self._processor()
        yield took
        took.clock = (time.perf_counter() - clock) * 1000
        took.processor = self._processor() - processor

    def _note(self, connection: Any, *_: Any) -> None:
        self._backends.add(connection.info.backend_pid)

    def _processor(self) -> float:
        """Return the milliseconds on a core so far."""
        backends = sum(
            int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in self._backends
        )
        return time.process_time() * 1000 + backends / NANOSECONDS_PER_MILLISECOND

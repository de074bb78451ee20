"""Extend the leases of batches while they are being worked on, and say that the worker runs.

So leases can be short: the images of a dead worker are soon free, and a slow batch is not taken
over.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Engine

from services.worker.tagging.progress import ProgressNotes
from shared.db.connection.engine import transaction
from shared.db.images.tagging import Claim, extend_lease
from shared.errors import Unavailable

# A lease is extended this many times before it would run out.
EXTENSIONS_PER_LEASE = 3

log = structlog.get_logger(__name__)


class LeaseKeeper:
    """A thread that extends the leases of all claims of a worker, and notes that it runs."""

    def __init__(self, engine: Engine, lease_seconds: float) -> None:
        self._engine = engine
        self._lease_seconds = lease_seconds
        self._progress = ProgressNotes(engine)
        self._claims: set[Claim] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
        self._thread.start()

    @contextmanager
    def keep(self, claim: Claim) -> Iterator[None]:
        """Keep a claim's lease alive while the block runs; its end counts as progress."""
        with self._lock:
            self._claims.add(claim)
        try:
            yield
        finally:
            with self._lock:
                self._claims.discard(claim)
        self._progress.note()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        pause_seconds = self._lease_seconds / EXTENSIONS_PER_LEASE
        while not self._closing.wait(pause_seconds):
            with self._lock:
                held = sum(len(claim.images) for claim in self._claims)
                aging = [c for c in self._claims if c.seconds_held() > pause_seconds]
            self._progress.note_presence(held)
            for claim in aging:
                try:
                    with transaction(self._engine) as connection:
                        extend_lease(connection, claim, self._lease_seconds)
                except Unavailable as error:
                    log.warning("a lease could not be extended", reason=str(error))

"""Record in Postgres that this worker runs and makes progress, for all other processes."""

import os
import socket
import threading
import time

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.monitoring.worker_progress import note_presence, note_progress
from shared.errors import Unavailable

# Batches may end many times a second.
NOTE_SECONDS = 2.0

log = structlog.get_logger(__name__)


class ProgressNotes:
    """Records that the worker runs, and, at most every two seconds, that batches end.

    Thread-safe.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._lock = threading.Lock()
        self._noted_at: float | None = None

    def note(self) -> None:
        """Note that a batch has ended, whether its images were tagged or failed."""
        with self._lock:
            now = time.monotonic()
            if self._noted_at is not None and now - self._noted_at < NOTE_SECONDS:
                return
            self._noted_at = now
        try:
            with transaction(self._engine) as connection:
                note_progress(connection, self._worker)
        except Unavailable as error:
            log.warning("progress could not be noted", reason=str(error))

    def note_presence(self, images: int) -> None:
        """Note that the worker runs. images: how many it holds."""
        try:
            with transaction(self._engine) as connection:
                note_presence(connection, self._worker, images)
        except Unavailable as error:
            log.warning("the worker's presence could not be noted", reason=str(error))

"""Files of uploads whose commit got no answer: perhaps a row names them, perhaps not."""

import threading
from collections.abc import Collection

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import note_deletions
from shared.errors import Unavailable

# By then Postgres has ended every transaction that was under way.
SETTLED_SECONDS = 3600.0
RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Unsettled:
    """Notes such files for deletion as soon as Postgres answers again. Thread-safe.

    The sweep then deletes those that no row names and keeps the others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keys: list[str] = []
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, keys: Collection[str]) -> None:
        """Remember files; returns at once."""
        with self._news:
            self._keys.extend(keys)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._keys:
                    self._news.wait()
                keys, self._keys = self._keys, []
            try:
                with transaction(self._engine) as connection:
                    note_deletions(connection, keys, delay_seconds=SETTLED_SECONDS)
            except Unavailable as error:
                log.warning("files wait to be noted", files=len(keys), reason=str(error))
                with self._news:
                    self._keys.extend(keys)
                    self._news.wait(RETRY_SECONDS)

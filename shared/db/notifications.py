"""What became of images, told by Postgres itself at commit: no polling, nothing told too early."""

import select
import threading
import time
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, text

DONE_CHANNEL = "tagloop_done"
# A payload may have at most 8,000 bytes; an id and its comma have 37.
IDS_PER_NOTIFICATION = 200
RECONNECT_SECONDS = 1.0
# A connection whose other end vanished without a word is found out after this long.
LIVENESS_SECONDS = 30.0

log = structlog.get_logger(__name__)


def notify_done(connection: Connection, ids: Collection[UUID]) -> None:
    """Tell every listener, when this transaction commits, that the images are tagged or failed."""
    names = [str(image_id) for image_id in ids]
    for start in range(0, len(names), IDS_PER_NOTIFICATION):
        connection.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {
                "channel": DONE_CHANNEL,
                "payload": ",".join(names[start : start + IDS_PER_NOTIFICATION]),
            },
        )


class DoneListener:
    """Wakes threads that wait for images, over one connection for the whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: dict[str, set[threading.Event]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def close(self) -> None:
        """Listen no more once the connection ends; nobody may be waiting."""
        self._closing.set()

    def wait(self, image_id: UUID, seconds: float, is_done: Callable[[], bool]) -> bool:
        """Block until the image is done or the time is over; return whether it is done.

        is_done: looks at the row. Called once after this thread has begun to listen, and again
        only when there is news: what was committed in between is not missed.
        """
        deadline = time.monotonic() + seconds
        event = threading.Event()
        with self._lock:
            self._waiting.setdefault(str(image_id), set()).add(event)
            self._start_listening()
        try:
            while not is_done():
                if not event.wait(max(0.0, deadline - time.monotonic())):
                    return is_done()
                event.clear()
            return True
        finally:
            with self._lock:
                events = self._waiting[str(image_id)]
                events.discard(event)
                if not events:
                    del self._waiting[str(image_id)]

    def _start_listening(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen_for_ever, daemon=True)
            self._thread.start()

    def _listen_for_ever(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            # Postgres may be away, in any way that drivers can tell it. This thread has to live.
            except Exception as error:
                if self._closing.is_set():
                    return
                log.warning("listening for tagged images was interrupted", error=repr(error))
                self._closing.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()  # a connection that listens must not go back into the pool
        driver.autocommit = True
        try:
            cursor = driver.cursor()
            cursor.execute(f"LISTEN {DONE_CHANNEL}")
            # Whatever happened before this moment was told to nobody.
            self._wake_all()
            while True:
                if not select.select([driver], [], [], LIVENESS_SECONDS)[0]:
                    cursor.execute("SELECT 1")
                driver.poll()
                while driver.notifies:
                    self._wake(driver.notifies.pop(0).payload.split(","))
        finally:
            driver.close()

    def _wake(self, names: list[str]) -> None:
        with self._lock:
            for name in names:
                for event in self._waiting.get(name, ()):
                    event.set()

    def _wake_all(self) -> None:
        with self._lock:
            for events in self._waiting.values():
                for event in events:
                    event.set()

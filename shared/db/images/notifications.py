"""Notifications about finished images and waiting deliveries, sent by Postgres at commit."""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from shared.db.connection.listening import Listener

DONE_CHANNEL = "tagloop_done"
DELIVERIES_CHANNEL = "tagloop_deliveries"
# A payload has at most 8,000 bytes; an id with its comma has 37.
IDS_PER_NOTIFICATION = 200


def notify_done(connection: Connection, ids: Collection[UUID]) -> None:
    """Tell every listener, at commit, that the images are tagged or failed."""
    names = [str(image_id) for image_id in ids]
    for start in range(0, len(names), IDS_PER_NOTIFICATION):
        connection.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {
                "channel": DONE_CHANNEL,
                "payload": ",".join(names[start : start + IDS_PER_NOTIFICATION]),
            },
        )


def notify_deliveries(connection: Connection) -> None:
    """Tell every sender, at commit, that there are deliveries."""
    connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": DELIVERIES_CHANNEL})


@dataclass(eq=False)
class _Waiter:
    """A thread that waits for an image. is_told: Postgres has notified that it is done."""

    woken: threading.Event = field(default_factory=threading.Event)
    is_told: bool = False


class DoneListener:
    """Wakes threads that wait for images, over one connection for the whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: dict[str, set[_Waiter]] = {}
        self._lock = threading.Lock()
        self._listener: Listener | None = None

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.close()

    def wait(self, image_id: UUID, seconds: float, is_done: Callable[[], bool]) -> bool:
        """Block until the image is done or the time is over; return whether it is done.

        is_done: looks at the row. Called once after listening has started, and again whenever
        notifications may have been missed.
        """
        deadline = time.monotonic() + seconds
        waiter = _Waiter()
        with self._lock:
            self._waiting.setdefault(str(image_id), set()).add(waiter)
            self._start_listening()
        try:
            while not is_done():
                if not waiter.woken.wait(max(0.0, deadline - time.monotonic())):
                    return is_done()
                if waiter.is_told:
                    return True
                waiter.woken.clear()
            return True
        finally:
            with self._lock:
                waiters = self._waiting[str(image_id)]
                waiters.discard(waiter)
                if not waiters:
                    del self._waiting[str(image_id)]

    def _start_listening(self) -> None:
        if self._listener is None:
            self._listener = Listener(
                self._engine,
                DONE_CHANNEL,
                self._wake_all,
                lambda payload: self._wake(payload.split(",")),
            )

    def _wake(self, names: list[str]) -> None:
        with self._lock:
            for name in names:
                for waiter in self._waiting.get(name, ()):
                    waiter.is_told = True
                    waiter.woken.set()

    def _wake_all(self) -> None:
        with self._lock:
            for waiters in self._waiting.values():
                for waiter in waiters:
                    waiter.woken.set()

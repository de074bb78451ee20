"""Listen to Postgres' notifications. They are sent at commit: no polling, and none comes early."""

import select
import threading
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Engine

RECONNECT_SECONDS = 1.0
# A connection whose other end vanished silently is noticed after this time.
LIVENESS_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Listener:
    """A thread that listens to one channel over a connection of its own."""

    def __init__(
        self,
        engine: Engine,
        channel: str,
        on_start: Callable[[], None],
        on_payload: Callable[[str], None],
    ) -> None:
        """channel: trusted text. on_start: called whenever listening starts; earlier notifications
        are missed.
        """
        self._engine = engine
        self._channel = channel
        self._on_start = on_start
        self._on_payload = on_payload
        self._closing = threading.Event()
        threading.Thread(target=self._listen_for_ever, name=channel, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()

    def _listen_for_ever(self) -> None:
        while not self._closing.is_set():
            try:
                self._listen()
            # Postgres may not answer, which drivers report in many ways. This thread must survive.
            except Exception as error:
                if self._closing.is_set():
                    return
                log.warning("listening was interrupted", channel=self._channel, error=repr(error))
                self._closing.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        connection.detach()  # a connection that listens must not go back into the pool
        driver.autocommit = True
        try:
            cursor = driver.cursor()
            cursor.execute(f"LISTEN {self._channel}")
            self._on_start()
            while not self._closing.is_set():
                if not select.select([driver], [], [], LIVENESS_SECONDS)[0]:
                    cursor.execute("SELECT 1")
                driver.poll()
                while driver.notifies:
                    self._on_payload(driver.notifies.pop(0).payload)
        finally:
            driver.close()

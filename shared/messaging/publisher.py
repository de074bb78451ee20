"""Send messages to the workers."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

import structlog
from celery import Celery
from kombu import Connection

from shared.messaging.celery_app import EMBED, EMBED_TEXT, FETCH_URLS, INTERACTIVE, TAG_IMAGES

IDS_PER_MESSAGE = 32
SEND_RETRY = {"max_retries": 1, "interval_start": 0.1}

log = structlog.get_logger(__name__)


class Publisher:
    """Sends over one connection, and after a failure over a new one. Not thread-safe.

    kombu's pool would keep a producer that a refused message has broken, and a connection for each
    message would cost 4 ms of CPU time.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._connection: Connection | None = None

    def send_ids(self, queue: str, ids: Sequence[str]) -> list[str]:
        """Send image ids, many in a message; return those that were not delivered."""
        for start in range(0, len(ids), IDS_PER_MESSAGE):
            names = list(ids[start : start + IDS_PER_MESSAGE])
            if not self._send(TAG_IMAGES, [names], queue):
                return list(ids[start:])
        return []

    def wake_fetchers(self) -> None:
        """Tell a worker that there are images to fetch."""
        self._send(FETCH_URLS, [], INTERACTIVE)

    def send_hint(self, task: str) -> None:
        """Send a task without arguments, which looks for rows to work on.

        Beat sends it too, a little later.
        """
        self._send(task, [], None)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.release()
            self._connection = None

    def has_waiting(self, queue: str) -> bool:
        """Return whether messages wait in a queue, so that workers are behind.

        False while the broker does not answer.
        """
        if self._connection is None:
            return False
        try:
            channel: Any = self._connection.default_channel
            return int(channel.queue_declare(queue).message_count) > 0
        # As in _send.
        except Exception as error:
            log.warning("the broker does not answer", queue=queue, error=repr(error))
            self.close()
            return False

    def ask(self, task: str, arguments: list[object], expires_seconds: float) -> bool:
        """Send a worker the task of embedding a query picture or a text.

        Return whether the message was delivered.
        """
        return self._send(task, arguments, INTERACTIVE, expires_seconds)

    def _send(
        self,
        task: str,
        arguments: list[object],
        queue: str | None,
        expires_seconds: float | None = None,
    ) -> bool:
        try:
            if self._connection is None:
                self._connection = self._celery.connection_for_write()
            self._celery.send_task(
                task,
                args=arguments,
                queue=queue,
                expires=expires_seconds,
                connection=self._connection,
                ignore_result=True,
                retry=True,
                retry_policy=SEND_RETRY,
            )
        # Besides OperationalError, kombu raises errors about its own closed channels while it
        # reconnects. This thread must survive them.
        except Exception as error:
            log.warning("the broker does not answer", task=task, error=repr(error))
            self.close()
            return False
        return True


def publish_hint(celery: Celery, task: str) -> None:
    """Send a task without arguments, once, over a connection of its own.

    Call it after the commit; beat sends an undelivered one again within a minute.
    """
    with closing(Publisher(celery)) as publisher:
        publisher.send_hint(task)


def publish_ids(celery: Celery, queue: str, ids: Sequence[str]) -> None:
    """Send ids once, over a connection of its own; the sweeper announces undelivered ones again."""
    with closing(Publisher(celery)) as publisher:
        publisher.send_ids(queue, ids)


def publish_question(
    celery: Celery, question_id: UUID, picture_format: str, orientation: int, seconds: float
) -> bool:
    """Ask for the embedding of a picture; the message expires after this many seconds.

    Returns whether it was delivered.
    """
    with closing(Publisher(celery)) as publisher:
        arguments = [str(question_id), picture_format, orientation]
        return publisher.ask(EMBED, arguments, seconds)


def publish_text(
    celery: Celery, question_id: UUID, words: str, seconds: float, *, as_name: bool
) -> bool:
    """Ask for the embedding of a text; the message expires after this many seconds.

    Returns whether it was delivered.
    """
    with closing(Publisher(celery)) as publisher:
        return publisher.ask(EMBED_TEXT, [str(question_id), words, as_name], seconds)

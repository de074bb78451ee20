"""Tells workers about committed rows: at once when it is quiet, else many ids a message."""

import threading
import time
from collections.abc import Sequence
from uuid import UUID

import structlog
from celery import Celery

from shared.celery_app import FETCH_URLS, INTERACTIVE, TAG_IMAGES

# Ids that come within this time of the last message go out together. One message an image would
# cost the broker and the worker more than the tagging's own bookkeeping.
GATHER_SECONDS = 0.05
IDS_PER_MESSAGE = 32
# While the broker is away, it is tried again this often, and so many ids a queue are kept for it.
RETRY_SECONDS = 1.0
MOST_KEPT_IDS = 10_000
PUBLISH_RETRY = {"max_retries": 1, "interval_start": 0.1}

log = structlog.get_logger(__name__)


class Relay:
    """Publishes behind the caller's back, again and again while the broker is away.

    What is still undelivered when this process ends, the sweeper finds.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._ids: dict[str, list[str]] = {}
        self._urls_wait = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def announce(self, queue: str, ids: Sequence[UUID]) -> None:
        """Have workers look at these images; returns at once. Call it after the commit."""
        with self._news:
            self._ids.setdefault(queue, []).extend(map(str, ids))
            self._wake()

    def announce_urls(self) -> None:
        """Have workers look for images that are still at a URL; returns at once."""
        with self._news:
            self._urls_wait = True
            self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            # Not in __init__: a thread does not survive the fork into a web worker.
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._ids or self._urls_wait)
                ids, self._ids = self._ids, {}
                urls_wait, self._urls_wait = self._urls_wait, False
            left = {
                queue: publish_ids(self._celery, queue, queue_ids)
                for queue, queue_ids in ids.items()
            }
            if urls_wait:
                _publish(self._celery, FETCH_URLS, [], INTERACTIVE)
            if any(left.values()):
                self._keep(left)
                time.sleep(RETRY_SECONDS)
            time.sleep(GATHER_SECONDS)

    def _keep(self, undelivered: dict[str, list[str]]) -> None:
        with self._news:
            for queue, ids in undelivered.items():
                self._ids[queue] = [*ids, *self._ids.get(queue, [])][:MOST_KEPT_IDS]


def publish_ids(celery: Celery, queue: str, ids: Sequence[str]) -> list[str]:
    """Send messages about these images, many ids each; return those that no broker took."""
    for start in range(0, len(ids), IDS_PER_MESSAGE):
        names = list(ids[start : start + IDS_PER_MESSAGE])
        if not _publish(celery, TAG_IMAGES, [names], queue):
            return list(ids[start:])
    return []


def _publish(celery: Celery, task: str, arguments: list[object], queue: str) -> bool:
    try:
        # A connection of its own: after a refusal, a producer of kombu's pool can stay broken.
        with celery.connection_for_write() as connection:
            celery.send_task(
                task,
                args=arguments,
                queue=queue,
                connection=connection,
                ignore_result=True,
                retry=True,
                retry_policy=PUBLISH_RETRY,
            )
    # Besides its OperationalError, kombu trips over its own closed channels while it reconnects.
    # The thread that publishes has to live.
    except Exception as error:
        log.warning("the broker is away; this will be announced later", error=repr(error))
        return False
    return True

"""Tells workers about committed rows: at once when it is quiet, else many ids a message."""

import threading
import time
from collections.abc import Sequence
from uuid import UUID

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from shared.celery_app import FETCH_URLS, INTERACTIVE, TAG_IMAGES

# Ids that come within this time of the last message go out together. One message an image would
# cost the broker and the worker more than the tagging's own bookkeeping.
GATHER_SECONDS = 0.05
IDS_PER_MESSAGE = 32
PUBLISH_RETRY = {"max_retries": 1, "interval_start": 0.1}

log = structlog.get_logger(__name__)


class Relay:
    """Publishes behind the caller's back. What it can't deliver, the sweeper finds again."""

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
            for queue, queue_ids in ids.items():
                publish_ids(self._celery, queue, queue_ids)
            if urls_wait:
                _publish(self._celery, FETCH_URLS, [], INTERACTIVE)
            time.sleep(GATHER_SECONDS)


def publish_ids(celery: Celery, queue: str, ids: Sequence[str]) -> None:
    """Send messages about these images, many ids each."""
    for start in range(0, len(ids), IDS_PER_MESSAGE):
        _publish(celery, TAG_IMAGES, [list(ids[start : start + IDS_PER_MESSAGE])], queue)


def _publish(celery: Celery, task: str, arguments: list[object], queue: str) -> None:
    try:
        celery.send_task(
            task,
            args=arguments,
            queue=queue,
            ignore_result=True,
            retry=True,
            retry_policy=PUBLISH_RETRY,
        )
    except OperationalError as error:
        log.warning("the broker is away; the sweeper will announce this", error=str(error))

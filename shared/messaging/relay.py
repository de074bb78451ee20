"""Announce committed rows to workers: at once when it is quiet, many ids a message under load."""

import atexit
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from contextvars import Context, copy_context
from uuid import UUID

from celery import Celery

from shared.messaging.publisher import IDS_PER_MESSAGE, Publisher

# After a message, ids are gathered for the next one: the longer, the more the last one carried.
# A message costs Celery as much CPU time as half a picture costs the network. So a busy server
# sends few messages, and an idle one waits only shortly.
GATHER_SECONDS_PER_ID = 0.02
MAX_GATHER_SECONDS = 0.2
# While messages wait, workers are behind, and ids that are sent later are tagged no later. A batch
# costs a worker and Postgres nearly the same for one id as for a full message.
BEHIND_SECONDS = 1.0
LOOK_SECONDS = 0.1
# While the broker does not answer, it is tried this often, and at most this many ids a queue are
# kept for it.
RETRY_SECONDS = 1.0
MAX_KEPT_IDS = 10_000


class Relay:
    """Publishes in a background thread, and retries while the broker does not answer.

    The sweeper announces what is still unsent when this process ends.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._ids: dict[str, list[str]] = {}
        self._context: Context | None = None
        self._urls_wait = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def announce(self, queue: str, ids: Sequence[UUID]) -> None:
        """Announce images to the workers and return at once. Call it after the commit."""
        with self._news:
            self._ids.setdefault(queue, []).extend(map(str, ids))
            if self._context is None:
                # A message for several requests belongs to the first one's trace and log.
                self._context = copy_context()
            self._wake()

    def announce_urls(self) -> None:
        """Announce images that are to be fetched, and return at once."""
        with self._news:
            self._urls_wait = True
            self._wake()

    def _wake(self) -> None:
        if self._thread is None:
            # Not in __init__: a thread does not survive the fork into a web worker.
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
            atexit.register(self.close)
        self._news.notify()

    def _run(self) -> None:
        publisher = Publisher(self._celery)
        while True:
            with self._news:
                self._news.wait_for(lambda: self._ids or self._urls_wait)
                ids, self._ids = self._ids, {}
                urls_wait, self._urls_wait = self._urls_wait, False
                context, self._context = self._context or copy_context(), None
            left = {
                queue: context.run(publisher.send_ids, queue, queue_ids)
                for queue, queue_ids in ids.items()
            }
            if urls_wait:
                publisher.wake_fetchers()
            if any(left.values()):
                self._keep(left)
                time.sleep(RETRY_SECONDS)
            sent = sum(map(len, ids.values()))
            time.sleep(min(MAX_GATHER_SECONDS, GATHER_SECONDS_PER_ID * sent))
            self._gather_while_behind(publisher)

    def _gather_while_behind(self, publisher: Publisher) -> None:
        """Gather ids for a full message, as long as workers have others to take before it."""
        ends_at = time.monotonic() + BEHIND_SECONDS
        while time.monotonic() < ends_at:
            with self._news:
                gathered = {queue: len(ids) for queue, ids in self._ids.items()}
                urls_wait = self._urls_wait
            if not gathered or urls_wait or max(gathered.values()) >= IDS_PER_MESSAGE:
                return
            if not all(map(publisher.has_waiting, gathered)):
                return
            time.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """Send what was gathered, once."""
        with self._news:
            ids, self._ids = self._ids, {}
        with closing(Publisher(self._celery)) as publisher:
            for queue, queue_ids in ids.items():
                publisher.send_ids(queue, queue_ids)

    def _keep(self, undelivered: dict[str, list[str]]) -> None:
        with self._news:
            for queue, ids in undelivered.items():
                self._ids[queue] = [*ids, *self._ids.get(queue, [])][:MAX_KEPT_IDS]

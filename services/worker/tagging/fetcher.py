"""Fetch the originals of images that came as URLs.

It has its own threads, so a slow server never delays pictures that are already here. The rows are
the queue: a message only wakes the threads.
"""

import threading
import time
from typing import BinaryIO
from uuid import UUID

import structlog
from celery import Celery
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.worker.tagging.released_objects import settle_objects
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.fetching import (
    Fetched,
    ImageToFetch,
    claim_to_fetch,
    find_original,
    store_fetched,
)
from shared.db.images.tagging import Claim, FailedImage, return_to_queue, store_failed
from shared.errors import TagloopError
from shared.fetch import download, read_object
from shared.messaging.publisher import publish_ids
from shared.observability.metrics import images_tagged, stage_seconds
from shared.storage.deleting import delete_files, discard_files
from shared.storage.object_url import SCHEME as OBJECT_SCHEME
from shared.storage.originals import Original, inspect_original
from shared.storage.storage import Storage, original_key

THREADS = 8
# How often the threads look for waiting rows without a message.
LOOK_SECONDS = 5.0
# The pause before the second attempt; it doubles with each later one. By then, an object that was
# announced too early has arrived, or a server has recovered.
RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Fetcher:
    """Turns URLs into stored originals and announces them to the tagging queues."""

    def __init__(
        self, settings: Settings, engine: Engine, storage: Storage, celery: Celery
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._storage = storage
        self._celery = celery
        self._wake = threading.Semaphore(0)
        self._closing = threading.Event()
        # When the image returned to the queue last may be fetched again, on the monotonic clock.
        self._retry_at = 0.0
        self._threads = [
            threading.Thread(target=self._run, name=f"fetcher-{number}", daemon=True)
            for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Have the threads look for waiting rows now."""
        self._wake.release(THREADS)

    def close(self) -> None:
        """Finish the downloads in progress and end the threads."""
        self._closing.set()
        self.wake()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                while not self._closing.is_set() and self._fetch_one():
                    continue
            # Postgres or the broker may not answer; the rows stay.
            except Exception:
                log.exception("fetching was interrupted")
            until_retry = self._retry_at - time.monotonic()
            self._wake.acquire(timeout=until_retry if until_retry > 0 else LOOK_SECONDS)

    def _fetch_one(self) -> bool:
        """Fetch the oldest waiting image; return whether there was one."""
        lease_seconds = self._settings.fetch_seconds + self._settings.lease_seconds
        with transaction(self._engine) as connection:
            claimed = claim_to_fetch(connection, lease_seconds, self._settings.max_attempts)
        if claimed is None:
            return False
        claim, image = claimed
        try:
            with stage_seconds.labels("fetch").time():
                file, original = self._store_original(image)
        except TagloopError as error:
            self._store_error(claim, image, error)
        else:
            with file:
                self._record(claim, image, original, file)
        if image.url.startswith(OBJECT_SCHEME):
            # A released image may wait for this object, even if it can't be read.
            settle_objects(self._engine, self._storage)
        return True

    def _store_original(self, image: ImageToFetch) -> tuple[BinaryIO, Original]:
        file = self._open(image.url)
        try:
            original = inspect_original(file, self._settings)
            self._storage.put(original_key(image.id), file)
        except BaseException:
            file.close()
            raise
        return file, original

    def _open(self, url: str) -> BinaryIO:
        most, seconds = self._settings.max_image_bytes, self._settings.fetch_seconds
        if url.startswith(OBJECT_SCHEME):
            return read_object(url, most, seconds)
        return download(url, self._settings.fetch_allowed_hosts, most, seconds)

    def _record(
        self, claim: Claim, image: ImageToFetch, original: Original, file: BinaryIO
    ) -> None:
        try:
            fetched, waiting = self._commit(claim, image, original, file)
        except IntegrityError:
            fetched, waiting = self._commit(claim, image, original, file)
        if fetched in (Fetched.WAITS, Fetched.REVIVED):
            publish_ids(self._celery, image.queue, [str(waiting)])
        if fetched in (Fetched.COPY, Fetched.REVIVED):
            delete_files(self._engine, self._storage, [original_key(image.id)])
        elif fetched is Fetched.GONE:
            discard_files(self._engine, self._storage, [original_key(image.id)])

    def _commit(
        self, claim: Claim, image: ImageToFetch, original: Original, file: BinaryIO
    ) -> tuple[Fetched, UUID]:
        """Store what was fetched; return the outcome and the id that the bytes are stored under."""
        with transaction(self._engine) as connection:
            fetched = store_fetched(connection, claim, image.id, original)
            if fetched is not Fetched.REVIVED:
                return fetched, image.id
            revived = find_original(connection, image.id)
            # Within the transaction: a sweep that deletes the earlier file has ended by now.
            file.seek(0)
            self._storage.put(original_key(revived), file)
            return fetched, revived

    def _store_error(self, claim: Claim, image: ImageToFetch, error: TagloopError) -> None:
        log.info("fetch failed", image=str(image.id), error=str(error), retry=error.retryable)
        is_last = image.attempt >= self._settings.max_attempts
        with transaction(self._engine) as connection:
            if error.retryable and not is_last:
                pause = RETRY_SECONDS * 2 ** (image.attempt - 1)
                return_to_queue(connection, claim, [image.id], str(error), pause)
                self._retry_at = time.monotonic() + pause
                return
            reason = str(error)
            if error.retryable:
                reason = f"Gave up after {image.attempt} attempts. {error}"
            store_failed(connection, claim, [FailedImage(image.id, reason)])
        images_tagged.labels("failed").inc()

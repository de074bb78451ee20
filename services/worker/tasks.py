"""The worker's tasks, under names that any Celery app can send to."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery, Task

from services.worker.background.code_indexing import index_codes
from services.worker.background.fingerprint_filling import fill_fingerprints
from services.worker.background.names import add_missing_names
from services.worker.background.retag_jobs import run_due_jobs
from services.worker.background.word_background import refresh_background
from services.worker.questions.pictures import answer_question
from services.worker.questions.texts import answer_text
from services.worker.runtime import Runtime
from services.worker.tagging.sweeper import sweep
from shared.db.connection.engine import transaction
from shared.db.events.sending import forget_finished
from shared.db.images.images import NewImage, find_image, insert_new
from shared.db.owners.access import EVERYTHING
from shared.errors import TagloopError, Unavailable
from shared.fetch import check_url
from shared.messaging.celery_app import (
    DELIVER,
    EMBED,
    EMBED_TEXT,
    FETCH_URLS,
    INDEX_CODES,
    INTERACTIVE,
    RETAG,
    SWEEP,
    TAG_IMAGES,
    TAG_URL,
)
from shared.messaging.publisher import IDS_PER_MESSAGE, publish_hint
from shared.storage.image_ids import new_image_id, parse_image_id
from shared.web.answers.image_document import describe_images

# A task that waits for a picture from the web holds a thread, so only a few may do so.
TAG_URL_AT_ONCE = 2
TAG_URL_RETRY_SECONDS = 1.0
UNAVAILABLE_RETRIES = 3
KEEP_DELIVERIES_DAYS = 30
FORGOTTEN_AT_ONCE = 10_000


def register_tasks(celery: Celery, runtime: Callable[[], Runtime]) -> None:
    """Define the tasks on an app.

    runtime: gives the worker's parts once it has started.
    """
    _register_tagging(celery, runtime)
    _register_questions(celery, runtime)
    _register_rounds(celery, runtime)


def _register_tagging(celery: Celery, runtime: Callable[[], Runtime]) -> None:
    """Define the tasks that tag images."""
    waiting_for_url = threading.BoundedSemaphore(TAG_URL_AT_ONCE)

    @celery.task(
        name=TAG_IMAGES,
        bind=True,
        ignore_result=False,
        autoretry_for=(Unavailable,),
        max_retries=UNAVAILABLE_RETRIES,
        retry_backoff=True,
    )
    def tag_images(self: Task, image_ids: list[str]) -> dict[str, int]:
        """Tag the given images that are still queued; return how many were claimed."""
        ids = [parse_image_id(image_id) for image_id in image_ids]
        # Other programs may send more images than one lease has time for.
        parts = [ids[at : at + IDS_PER_MESSAGE] for at in range(0, len(ids), IDS_PER_MESSAGE)]
        return {"claimed": sum(runtime().pipeline.tag(part) for part in parts)}

    @celery.task(name=TAG_URL, bind=True, ignore_result=False)
    def tag_url(self: Task, url: str, owner: str = "") -> dict[str, Any]:
        """Fetch and tag the picture at a URL; the result is the tagged image as in the API."""
        if not waiting_for_url.acquire(blocking=False):
            raise self.retry(countdown=TAG_URL_RETRY_SECONDS, max_retries=None)
        try:
            return _tag_url(runtime(), url, owner)
        finally:
            waiting_for_url.release()


def _register_questions(celery: Celery, runtime: Callable[[], Runtime]) -> None:
    """Define the tasks that answer a web process, which has no network of its own."""

    @celery.task(name=EMBED)
    def embed(question_id: str, picture_format: str, orientation: int) -> None:
        """Embed a query picture that is in the storage but is not an image."""
        answer_question(runtime(), UUID(question_id), picture_format, orientation)

    @celery.task(name=EMBED_TEXT)
    def embed_text(question_id: str, words: str, as_name: bool) -> None:
        """Embed a text of a search, or the name of a new tag."""
        answer_text(runtime(), UUID(question_id), words, as_name=as_name)


def _register_rounds(celery: Celery, runtime: Callable[[], Runtime]) -> None:
    """Define the tasks that look in the database for work that is due."""

    @celery.task(name=FETCH_URLS)
    def fetch_urls() -> None:
        """Look for images whose originals have to be fetched."""
        runtime().fetcher.wake()

    @celery.task(name=RETAG)
    def retag() -> None:
        """Run the re-tagging that is due."""
        worker = runtime()
        refresh_background(worker.engine, worker.storage, worker.live)
        add_missing_names(worker.engine, worker.storage, worker.live, worker.networks)
        if run_due_jobs(worker.engine, worker.storage, worker.settings):
            publish_hint(celery, RETAG)

    @celery.task(name=DELIVER)
    def deliver() -> None:
        """Send due deliveries, and delete old ones."""
        worker = runtime()
        worker.sender.wake()
        with transaction(worker.engine) as connection:
            forget_finished(connection, KEEP_DELIVERIES_DAYS, FORGOTTEN_AT_ONCE)

    @celery.task(name=INDEX_CODES)
    def index_for_visual_search() -> None:
        """Build or delete the index for visual search, if the settings ask for it."""
        worker = runtime()
        index_codes(worker.engine, is_wanted=worker.settings.visual_index)

    @celery.task(name=SWEEP)
    def sweep_images() -> None:
        """Announce waiting images again, and do other background work."""
        worker = runtime()
        sweep(celery, worker.engine, worker.storage, worker.settings)
        model = worker.live.get().model
        lanes = worker.networks.get(model.backbone, model.weights).lanes
        fill_fingerprints(worker.engine, lanes)


def _tag_url(worker: Runtime, url: str, owner: str) -> dict[str, Any]:
    settings = worker.settings
    check_url(url, settings.fetch_allowed_hosts)
    image = NewImage(new_image_id(), owner, INTERACTIVE, source_url=url)
    with transaction(worker.engine) as connection:
        insert_new(connection, [image])
    worker.fetcher.wake()
    longest = settings.max_attempts * (settings.fetch_seconds + settings.lease_seconds)
    worker.listener.wait(image.id, longest, lambda: _is_done(worker, image.id))
    with transaction(worker.engine) as connection:
        row = find_image(connection, image.id, EVERYTHING)
        if row is None:
            raise TagloopError("The image was deleted before it was tagged.")
        return describe_images(connection, worker.vocabulary, [row])[0]


def _is_done(worker: Runtime, image_id: UUID) -> bool:
    with transaction(worker.engine) as connection:
        row = find_image(connection, image_id, EVERYTHING)
        return row is None or row["status"] != "queued"

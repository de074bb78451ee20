"""Recover lost messages, expired leases and exhausted images, and delete unused files."""

import structlog
from celery import Celery
from sqlalchemy import Engine

from services.worker.background.code_filling import fill_codes
from services.worker.background.stacking import stack_images
from services.worker.tagging.released_objects import forget_withdrawn, settle_objects
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.corrections.review import delete_expired_offers
from shared.db.images.sweeping import find_unannounced, give_up_exhausted
from shared.db.images.transient import delete_transient, find_due_transient
from shared.db.models.thinning import thin_versions
from shared.errors import Unavailable
from shared.messaging.celery_app import BULK, INTERACTIVE, count_messages
from shared.messaging.publisher import IDS_PER_MESSAGE, publish_ids
from shared.observability.metrics import images_tagged, recoveries
from shared.storage.deleting import delete_files, sweep_files
from shared.storage.storage import Storage, file_keys

SWEEP_SECONDS = 10.0
# A row is left alone this long, since a worker may just have received its message.
ANNOUNCED_SECONDS = 10.0
# While more messages than this wait, workers have enough to do, and most waiting rows have a
# message.
SHORT_QUEUE_MESSAGES = 20
IMAGES_AT_ONCE = 100 * IDS_PER_MESSAGE

log = structlog.get_logger(__name__)


def sweep(celery: Celery, engine: Engine, storage: Storage, settings: Settings) -> None:
    """Delete due files and old offers, fail exhausted images, and announce waiting ones again.

    Images are announced only while the queue is short. Then fill in missing codes, and stack
    near-duplicates.

    Raises:
        Unavailable: Postgres does not answer.
    """
    settle_objects(engine, storage)
    forget_withdrawn(engine, settings.keep_corrections_days)
    _thin_versions(engine, settings.keep_versions)
    _delete_transient(engine, storage)
    sweep_files(engine, storage)
    with transaction(engine) as connection:
        given_up = give_up_exhausted(connection, settings.max_attempts)
    with transaction(engine) as connection:
        delete_expired_offers(connection)
    if given_up:
        images_tagged.labels("failed").inc(len(given_up))
        recoveries.labels("given_up").inc(len(given_up))
        log.warning("images given up", images=[str(image_id) for image_id in given_up])
    _announce_again(celery, engine)
    fill_codes(engine)
    stack_images(engine)


def _announce_again(celery: Celery, engine: Engine) -> None:
    try:
        waiting = sum(count_messages(celery, queue) for queue in (INTERACTIVE, BULK))
    except Unavailable as error:
        log.warning("nothing can be announced", reason=str(error))
        return
    if waiting > SHORT_QUEUE_MESSAGES:
        return
    with transaction(engine) as connection:
        lost = find_unannounced(connection, ANNOUNCED_SECONDS, IMAGES_AT_ONCE)
    for queue, ids in lost.items():
        recoveries.labels("announced_again").inc(len(ids))
        log.info("announcing images again", queue=queue, images=[str(i) for i in ids])
        publish_ids(celery, queue, [str(image_id) for image_id in ids])


def _delete_transient(engine: Engine, storage: Storage) -> None:
    """Delete images that are not kept, if the process that had them tagged has died."""
    with transaction(engine) as connection:
        gone = delete_transient(connection, find_due_transient(connection))
    delete_files(engine, storage, file_keys(gone))


def _thin_versions(engine: Engine, kept: int) -> None:
    with transaction(engine) as connection:
        thinned = thin_versions(connection, kept)
    if thinned:
        log.info("files of old versions are deleted", versions=list(thinned))

"""The sweeper announces every forgotten image, and no other."""

from uuid import UUID

from celery import Celery
from redis import Redis
from sqlalchemy import Engine

from services.worker.tagging.sweeper import SHORT_QUEUE_MESSAGES, sweep
from shared.config import Settings
from shared.messaging.celery_app import BULK, INTERACTIVE, create_celery
from shared.messaging.publisher import publish_ids
from shared.storage.image_ids import new_image_id
from shared.storage.storage import Storage
from tests.integration.ingest.test_relay import announced
from tests.support.pictures.rows import insert_row, read_row, set_row

LONG_AGO = "announced_at = now() - interval '1 hour'"


def forgotten(engine: Engine, queue: str = BULK) -> UUID:
    """Insert an image that was announced long ago."""
    image = insert_row(engine, queue=queue)
    set_row(engine, image, LONG_AGO)
    return image


def test_after_the_broker_was_wiped_waiting_images_are_announced_once_more(
    celery: Celery, redis: Redis, engine: Engine, storage: Storage, settings: Settings
) -> None:
    # Given images of two queues, and a broker that has lost its messages
    bulk, single, done = forgotten(engine), forgotten(engine, INTERACTIVE), forgotten(engine)
    set_row(engine, done, "status = 'tagged'")
    redis.flushall()

    # When the sweeper comes round twice
    sweep(celery, engine, storage, settings)
    sweep(celery, engine, storage, settings)

    # Then each that waits is in its queue, once.
    assert announced(redis, BULK) == [str(bulk)]
    assert announced(redis, INTERACTIVE) == [str(single)]


def test_images_that_were_just_announced_are_left_alone(
    celery: Celery, redis: Redis, engine: Engine, storage: Storage, settings: Settings
) -> None:
    insert_row(engine)

    sweep(celery, engine, storage, settings)

    assert redis.llen(BULK) == 0


def test_while_the_queue_is_long_nothing_is_announced(
    celery: Celery, redis: Redis, engine: Engine, storage: Storage, settings: Settings
) -> None:
    image = forgotten(engine)
    for _ in range(SHORT_QUEUE_MESSAGES + 1):
        publish_ids(celery, BULK, [str(new_image_id())])

    sweep(celery, engine, storage, settings)
    assert str(image) not in announced(redis, BULK)

    redis.delete(BULK)
    sweep(celery, engine, storage, settings)
    assert announced(redis, BULK) == [str(image)]


def test_an_image_without_attempts_left_fails_even_while_the_broker_is_unreachable(
    engine: Engine, storage: Storage, settings: Settings
) -> None:
    image, waiting = insert_row(engine), forgotten(engine)
    set_row(engine, image, f"attempts = {settings.max_attempts}")
    unreachable = create_celery(
        settings.model_copy(update={"broker_url": "redis+socket:///nowhere"})
    )

    sweep(unreachable, engine, storage, settings)

    assert read_row(engine, image)["status"] == "failed"
    # It counts as forgotten still, for the next round.
    assert read_row(engine, waiting)["announced_at"] < read_row(engine, image)["announced_at"]

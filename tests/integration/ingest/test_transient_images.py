"""Images that are not kept are deleted, unless their bytes are sent again to be kept."""

import threading

import pytest
from celery import Celery
from flask import Flask
from sqlalchemy import Engine, text

from services.worker.tagging.sweeper import sweep
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.images import NewImage, insert_new
from shared.db.images.transient import delete_transient, keep_images, mark_transient
from shared.messaging.celery_app import BULK
from shared.storage.image_ids import new_image_id
from shared.storage.storage import Storage
from tests.support.pictures.pictures import READABLE
from tests.support.requests.keys import app_with
from tests.support.requests.uploads import files, post

DIGEST = bytes(32)
TARGET = {"X-Amz-Target": "RekognitionService.DetectLabels"}


def insert_transient(engine: Engine) -> NewImage:
    image = NewImage(new_image_id(), "", BULK, DIGEST, format="PNG", width=9, height=9, bytes=9)
    with transaction(engine) as connection:
        insert_new(connection, [image])
        mark_transient(connection, [image.id])
    return image


def count_images(engine: Engine) -> int:
    with transaction(engine) as connection:
        return int(connection.scalar(text("SELECT count(*) FROM images")) or 0)


@pytest.fixture
def app(settings: Settings) -> Flask:
    return app_with(settings, compat_keep=False, max_wait_seconds=0.1)


def test_a_transient_picture_is_deleted_even_if_it_is_not_tagged_in_time(
    app: Flask, engine: Engine
) -> None:
    answer = app.test_client().post("/compat/azure/vision/v3.2/tag", data=READABLE["PNG"]())

    assert answer.status_code == 503
    assert count_images(engine) == 0


def test_an_upload_of_the_same_bytes_keeps_the_image(app: Flask, engine: Engine) -> None:
    picture = READABLE["PNG"]()
    uploaded = post(app.test_client(), files(("a.png", picture)))

    app.test_client().post("/compat/azure/vision/v3.2/tag", data=picture)

    assert uploaded.status_code == 202
    assert count_images(engine) == 1


def test_the_mark_is_removed_once_the_bytes_are_sent_again(engine: Engine) -> None:
    image = insert_transient(engine)
    with transaction(engine) as connection:
        keep_images(connection, [image.id])
    with transaction(engine) as connection:
        assert delete_transient(connection, [image.id]) == []
    assert count_images(engine) == 1


def test_an_upload_at_the_moment_of_deletion_is_not_lost(engine: Engine) -> None:
    image = insert_transient(engine)
    again = NewImage(new_image_id(), "", BULK, DIGEST, format="PNG", width=9, height=9, bytes=9)
    deleted: list[object] = []

    def delete() -> None:
        with transaction(engine) as connection:
            deleted.extend(delete_transient(connection, [image.id]))

    # Given an upload that has found the image and has not committed
    with transaction(engine) as connection:
        known = insert_new(connection, [again])
        deleter = threading.Thread(target=delete)
        deleter.start()
        deleter.join(0.3)
        assert deleter.is_alive()
        keep_images(connection, known.values())
    deleter.join()

    # Then the deletion, which had to wait, leaves the image.
    assert known == {again.id: image.id}
    assert deleted == []
    assert count_images(engine) == 1


def test_the_sweeper_deletes_what_a_dead_process_left(
    engine: Engine, storage: Storage, celery: Celery, settings: Settings
) -> None:
    insert_transient(engine)
    sweep(celery, engine, storage, settings)
    assert count_images(engine) == 1
    with transaction(engine) as connection:
        connection.execute(text("UPDATE transient_images SET due_at = now() - interval '1 s'"))

    sweep(celery, engine, storage, settings)

    assert count_images(engine) == 0

"""Deletion leaves no file behind, whatever else happens at that moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from celery import Celery
from flask import Flask
from sqlalchemy import Engine, text

from services.catalog.app import create_app
from services.worker.tagging.sweeper import sweep
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import note_deletions
from shared.errors import StorageUnavailable
from shared.storage.deleting import sweep_files
from shared.storage.storage import Storage, file_keys, original_key, thumbnail_key
from shared.web.context import EXTENSION
from tagloop.admin import owners
from tests.support.conditions import wait_for
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import set_row, store_image
from tests.support.requests.uploads import blobs
from tests.support.storage.cut_commits import cutting_commits
from tests.support.storage.refusing_storage import RefusingStorage

IMAGES = 100
THREADS = 8


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def refusing(app: Flask, settings: Settings) -> RefusingStorage:
    """The app's storage, which refuses to delete for a while."""
    storage = RefusingStorage(settings.storage_url)
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], storage=storage)
    return storage


def tagged_image(settings: Settings, engine: Engine, storage: Storage, number: int) -> UUID:
    """Tag a picture unlike all others; a JPEG may have any bytes appended."""
    picture = READABLE["JPEG"]() + number.to_bytes(4, "big")
    image = store_image(settings, engine, storage, picture, owner="ann")
    set_row(engine, image, "status = 'tagged'")
    return image


def noted(engine: Engine) -> int:
    with transaction(engine) as connection:
        return int(connection.scalar(text("SELECT count(*) FROM file_deletions")) or 0)


def let_time_pass(engine: Engine) -> None:
    """Make every noted deletion due."""
    with transaction(engine) as connection:
        connection.execute(text("UPDATE file_deletions SET due_at = now()"))


def test_a_hundred_deletions_while_thumbnails_are_made_leave_no_file(
    app: Flask, settings: Settings, engine: Engine, storage: Storage, tmp_path: Path
) -> None:
    images = [tagged_image(settings, engine, storage, number) for number in range(IMAGES)]

    def ask_and_delete(image: UUID) -> list[int]:
        with ThreadPoolExecutor(1) as other:
            thumbnail = other.submit(app.test_client().get, f"/v1/images/{image}/thumbnail")
            deleted = app.test_client().delete(f"/v1/images/{image}").status_code
            return [deleted, thumbnail.result().status_code]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(ask_and_delete, images))

    assert {deleted for deleted, _ in answers} == {204}
    assert {thumbnail for _, thumbnail in answers} <= {200, 404}
    assert blobs(tmp_path) == []


def test_a_file_that_the_storage_refuses_to_delete_is_deleted_later_and_the_request_succeeds(
    app: Flask,
    refusing: RefusingStorage,
    *,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    celery: Celery,
    tmp_path: Path,
) -> None:
    image = tagged_image(settings, engine, storage, 0)
    app.test_client().get(f"/v1/images/{image}/thumbnail")
    assert len(blobs(tmp_path)) == 2

    # Given a storage that refuses the deletion, and a first sweep
    assert app.test_client().delete(f"/v1/images/{image}").status_code == 204
    assert app.test_client().get(f"/v1/images/{image}").status_code == 404
    sweep(celery, engine, refusing, settings)
    assert len(blobs(tmp_path)) == 2

    # When it does its work again
    refusing.refuses = False
    let_time_pass(engine)
    sweep(celery, engine, refusing, settings)

    assert blobs(tmp_path) == []
    assert noted(engine) == 0


def test_one_file_that_cannot_be_deleted_does_not_hold_up_others(
    engine: Engine, settings: Settings, storage: Storage, tmp_path: Path
) -> None:
    # Given a folder where the first of two files should be: it can't be deleted as a file
    first, second = (tagged_image(settings, engine, storage, number) for number in range(2))
    stuck = tmp_path / "blobs" / original_key(first)
    stuck.rename(tmp_path / "aside")
    stuck.mkdir()
    (stuck / "in the way").touch()
    with pytest.raises(StorageUnavailable):
        storage.delete([original_key(first)])
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM images"))
        note_deletions(connection, [original_key(first)])
        note_deletions(connection, [original_key(second)])

    for _ in range(2):
        sweep_files(engine, storage)

    assert [path.name for path in blobs(tmp_path)] == ["in the way"]
    assert noted(engine) == 1


def test_a_file_that_a_row_names_is_never_swept(
    engine: Engine, settings: Settings, storage: Storage, tmp_path: Path
) -> None:
    image = tagged_image(settings, engine, storage, 0)
    with transaction(engine) as connection:
        note_deletions(connection, file_keys([image]))

    sweep_files(engine, storage)

    assert len(blobs(tmp_path)) == 1
    assert noted(engine) == 0


def test_a_thumbnail_of_a_killed_process_is_swept(
    engine: Engine, storage: Storage, settings: Settings, tmp_path: Path
) -> None:
    image = tagged_image(settings, engine, storage, 0)
    with transaction(engine) as connection:
        note_deletions(connection, [thumbnail_key(image)], delay_seconds=600)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM images"))
        note_deletions(connection, [original_key(image)])
    storage.put(thumbnail_key(image), b"half a moment too late")

    sweep_files(engine, storage)
    assert len(blobs(tmp_path)) == 1
    let_time_pass(engine)
    sweep_files(engine, storage)

    assert blobs(tmp_path) == []


def test_a_deletion_whose_answer_was_lost_still_deletes_the_file(
    settings: Settings, engine: Engine, storage: Storage, tmp_path: Path
) -> None:
    image = tagged_image(settings, engine, storage, 0)
    with cutting_commits(settings.database_url) as cutter:
        app = create_app(settings.model_copy(update={"database_url": cutter.url}))
        client = app.test_client()
        assert client.get(f"/v1/images/{image}").status_code == 200
        # The first commit is that of the look at the row.
        cutter.arm(passing=1)

        assert client.delete(f"/v1/images/{image}").status_code == 503
        assert cutter.cuts == 1
        assert client.get(f"/v1/images/{image}").status_code == 404

    sweep_files(engine, storage)
    assert blobs(tmp_path) == []


def test_an_erasure_is_done_even_while_the_storage_refuses(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for number in range(3):
        tagged_image(settings, engine, storage, number)
    monkeypatch.setattr(owners, "Storage", RefusingStorage)

    assert owners.erase_owner(settings, "ann") == 3
    assert owners.count_owner(settings, "ann") == 0

    let_time_pass(engine)
    sweep_files(engine, storage)
    assert blobs(tmp_path) == []


def test_the_files_of_an_upload_whose_commit_got_no_answer_are_kept_if_it_happened(
    settings: Settings, engine: Engine, storage: Storage, tmp_path: Path
) -> None:
    from services.ingest.app import create_app as create_ingest

    with cutting_commits(settings.database_url) as cutter:
        app = create_ingest(settings.model_copy(update={"database_url": cutter.url}))
        client = app.test_client()
        assert client.get("/v1/images/known").status_code == 405
        cutter.arm(passing=1)

        answer = client.post("/v1/images", data=READABLE["JPEG"]())

        assert (answer.status_code, cutter.cuts) == (503, 1)
        wait_for(lambda: noted(engine) == 1, "the note")
    let_time_pass(engine)
    sweep_files(engine, storage)
    assert len(blobs(tmp_path)) == 1

    # One that did not happen leaves a file that no row names.
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM images"))
        note_deletions(
            connection, [str(path.relative_to(tmp_path / "blobs")) for path in blobs(tmp_path)]
        )
    sweep_files(engine, storage)
    assert blobs(tmp_path) == []

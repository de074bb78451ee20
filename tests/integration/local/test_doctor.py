"""The doctor finds faults of real services, and says what to do."""

from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import Engine, text

from services.worker.backbone import Backbone
from services.worker.backbone.first_model import ensure_model
from services.worker.tagging.sweeper import SHORT_QUEUE_MESSAGES
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.file_deletions import note_deletions
from shared.messaging.celery_app import BULK
from shared.messaging.publisher import publish_ids
from shared.storage.storage import Storage
from tagloop.admin.doctor.examine import examine
from tests.support.learning.training import insert_corrections
from tests.support.pictures.rows import insert_row, set_row

LONG_AGO = "now() - interval '1 hour'"


@pytest.fixture
def complaints(settings: Settings, model: None) -> "Complaints":
    return Complaints(settings)


@pytest.fixture
def model(engine: Engine, storage: Storage, backbone: Backbone) -> None:
    """A database that a worker has started on before."""
    ensure_model(engine, storage, backbone)


class Complaints:
    """The faults that the doctor reports, sentences by part."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, **changed: object) -> dict[str, str]:
        settings = self._settings.model_copy(update=changed)
        return {f.part: f.sentence for f in examine(settings) if not f.is_well}


def test_a_healthy_stack_has_nothing_wrong(complaints: Complaints) -> None:
    assert complaints() == {}


def test_a_misspelt_tag_to_hold_back_is_named(complaints: Complaints) -> None:
    found = complaints(hold_tags=frozenset({"Guinea-pig", "aape", "ape"}))

    assert list(found) == ["held tags"]
    assert "names 'aape', which no tag is called" in found["held tags"]


def test_an_unreachable_broker_is_named(complaints: Complaints) -> None:
    found = complaints(broker_url="redis+socket:///nowhere/redis.sock")

    assert list(found) == ["broker"]
    assert "Start Redis" in found["broker"]


def test_an_unreachable_database_is_named_once(complaints: Complaints) -> None:
    found = complaints(database_url="postgresql+psycopg2://tagloop@/tagloop?host=/nowhere")

    assert list(found) == ["database"]
    assert "Start Postgres" in found["database"]
    assert "\n" not in found["database"]


def test_an_empty_database_needs_its_migrations(
    complaints: Complaints, empty_database: str
) -> None:
    found = complaints(database_url=empty_database)

    assert found == {
        "migrations": "The database is empty; run: python -m shared.db.migrate",
    }


def test_a_schema_of_a_later_version_is_not_touched(complaints: Complaints, engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert "9999, which this program does not know" in complaints()["migrations"]


def test_an_old_pgvector_is_named(complaints: Complaints, engine: Engine) -> None:
    with transaction(engine) as connection:
        statement = "UPDATE pg_extension SET extversion = '0.8.1' WHERE extname = 'vector'"
        connection.execute(text(statement))

    found = complaints()

    assert list(found) == ["pgvector"]
    assert "pgvector 0.8.1, which is older than 0.8.4" in found["pgvector"]


def test_a_storage_that_cannot_be_written_is_named(complaints: Complaints, tmp_path: Path) -> None:
    # Not even root can make a folder where a file is.
    (tmp_path / "blobs" / "doctor").write_text("in the way")

    assert "writable" in complaints()["storage"]


def test_the_storage_is_left_as_it_was(complaints: Complaints, tmp_path: Path) -> None:
    complaints()

    assert not list((tmp_path / "blobs").glob("doctor/*"))


def test_a_missing_model_is_named(settings: Settings) -> None:
    assert "no model yet" in Complaints(settings)()["model"]


def test_a_model_of_another_backbone_is_named(complaints: Complaints) -> None:
    complaint = complaints(backbone="resnet50")["model"]
    assert "tf_efficientnet_lite0 is live" in complaint
    assert "tagloop backbone switch resnet50" in complaint


@pytest.mark.parametrize(("content", "complaint"), [(None, "is gone"), (b"x" * 99, "is damaged")])
def test_a_model_without_its_file_is_named(
    complaints: Complaints, tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    (head,) = (tmp_path / "blobs" / "heads").iterdir()
    if content is None:
        head.unlink()
    else:
        head.write_bytes(content)

    assert complaint in complaints()["model"]


def test_images_that_wait_while_no_worker_runs_are_named(
    complaints: Complaints, engine: Engine
) -> None:
    old = f"created_at = {LONG_AGO}, announced_at = {LONG_AGO}"
    set_row(engine, insert_row(engine), old)

    assert "1 images wait, the oldest for 60 min, no worker holds any" in complaints()["queues"]


@pytest.mark.parametrize(
    ("assignment", "complaint"),
    [
        (f"lease_until = {LONG_AGO}, attempts = 1", "left by a worker that died"),
        (f"lease_until = {LONG_AGO}, attempts = 5", "used up their attempts"),
        (f"announced_at = {LONG_AGO}", "have not been announced"),
    ],
)
def test_a_stuck_image_is_named(
    complaints: Complaints, engine: Engine, assignment: str, complaint: str
) -> None:
    set_row(engine, insert_row(engine), assignment)

    assert complaint in complaints()["stuck images"]


def test_behind_a_long_queue_nothing_has_to_be_announced(
    complaints: Complaints, engine: Engine, celery: Celery
) -> None:
    set_row(engine, insert_row(engine), f"announced_at = {LONG_AGO}")
    for _ in range(SHORT_QUEUE_MESSAGES + 1):
        publish_ids(celery, BULK, ["0"])

    assert "stuck images" not in complaints()


def test_corrections_that_no_run_learns_from_are_named(
    complaints: Complaints, engine: Engine
) -> None:
    insert_corrections(engine, age="1 day")
    assert "learning" not in complaints()

    insert_corrections(engine, age="3 days")

    assert "waited for 72 h" in complaints()["learning"]


def test_a_run_that_failed_is_named_until_another_one_ends_well(
    complaints: Complaints, engine: Engine
) -> None:
    insert_ended_run(engine, "failed")
    assert "failed (out of memory)" in complaints()["learning"]

    insert_ended_run(engine, "rejected")

    assert "learning" not in complaints()


def insert_ended_run(engine: Engine, status: str) -> None:
    with transaction(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO finetune_runs (trigger, status, reason, finished_at) "
                "VALUES ('request', :status, 'out of memory', now())"
            ),
            {"status": status},
        )


def test_deleted_files_that_stay_are_counted_with_the_reason(
    complaints: Complaints, engine: Engine
) -> None:
    with transaction(engine) as connection:
        note_deletions(connection, ["thumbnails/a", "thumbnails/b"])
    assert complaints() == {}

    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE file_deletions SET attempts = 12, error = 'It is read-only.'")
        )
    found = complaints()
    assert list(found) == ["deleted files"]
    assert "2 deleted files" in found["deleted files"]
    assert "read-only" in found["deleted files"]

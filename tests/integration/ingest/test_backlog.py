"""Waiting images: when there are too many, and when no worker makes progress."""

import time
from contextlib import closing, suppress
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.ingest.app import create_app
from services.worker.tagging.leases import LeaseKeeper
from services.worker.tagging.progress import ProgressNotes
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.tagging import Claim
from shared.db.monitoring.backlog import STALLED_SECONDS, is_backlog_over, is_stalled
from tests.support.conditions import wait_for
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import insert_row, set_row
from tests.support.requests.uploads import files, post

OLD = f"announced_at = now() - interval '{STALLED_SECONDS + 1} seconds'"
NO_IMAGES = Claim(uuid4(), ())
LONG_QUEUE = 100_000
# All parts are asked at once, then what is slow; this machine may have other things to do.
MAX_METRICS_SECONDS = 5.0


def stalled(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return is_stalled(connection)


def test_the_backlog_is_over_once_the_limit_is_reached(engine: Engine) -> None:
    insert_row(engine)
    insert_row(engine)

    with transaction(engine) as connection:
        assert is_backlog_over(connection, 2)
        assert not is_backlog_over(connection, 3)


def test_a_full_queue_refuses_uploads_before_anything_is_stored(
    settings: Settings, engine: Engine
) -> None:
    waiting = insert_row(engine)
    client: FlaskClient = create_app(settings.model_copy(update={"queue_limit": 1})).test_client()

    answer = post(client, files(("scene.png", READABLE["PNG"]())))

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "wait to be tagged" in answer.get_json()["detail"]
    # When there is room again, the same request is accepted.
    set_row(engine, waiting, "status = 'failed', error = 'late'")
    wait_for(
        lambda: post(client, files(("scene.png", READABLE["PNG"]()))).status_code == 202,
        "accepted again",
    )


def test_fresh_images_are_no_sign_of_a_stall(engine: Engine) -> None:
    insert_row(engine)

    assert not stalled(engine)


def test_images_that_wait_long_while_no_worker_holds_any_are_a_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)

    assert stalled(engine)


def test_a_long_queue_that_a_worker_works_on_is_no_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)
    set_row(engine, insert_row(engine), "lease_until = now() + interval '5 seconds'")

    assert not stalled(engine)


def test_an_image_that_waits_for_its_next_attempt_is_no_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), "created_at = now() - interval '1 hour', attempts = 2")

    assert not stalled(engine)


def test_a_worker_that_ends_batches_is_not_stalled_between_them(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)
    with closing(LeaseKeeper(engine, lease_seconds=15)) as leases, leases.keep(NO_IMAGES):
        assert stalled(engine)

    # Whether the images of the batch were tagged or failed.
    assert not stalled(engine)

    set_progress = f"UPDATE worker_progress SET ended_at = now() - interval '{STALLED_SECONDS} s'"
    with transaction(engine) as connection:
        connection.exec_driver_sql(set_progress)
    assert stalled(engine)


def test_an_interrupted_batch_is_no_progress(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)
    with (
        closing(LeaseKeeper(engine, lease_seconds=15)) as leases,
        suppress(ZeroDivisionError),
        leases.keep(NO_IMAGES),
    ):
        _ = 1 / 0

    assert stalled(engine)


def test_with_a_long_queue_probes_and_metrics_stay_quick(
    settings: Settings, engine: Engine, redis: object
) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"""
            INSERT INTO images (id, queue, announced_at, created_at)
            SELECT gen_random_uuid(), 'bulk', now() - interval '1 hour', now() - interval '1 hour'
            FROM generate_series(1, {LONG_QUEUE})
        """)
    ProgressNotes(engine).note()
    client = create_app(settings).test_client()
    client.get("/metrics")

    for path in ("/metrics", "/metrics"):
        began_at = time.monotonic()
        answer = client.get(path)
        seconds = time.monotonic() - began_at

        assert f"{LONG_QUEUE:.1f}" in answer.text or f"{float(LONG_QUEUE)}" in answer.text
        assert seconds < MAX_METRICS_SECONDS
    began_at = time.monotonic()
    assert not stalled(engine)
    assert time.monotonic() - began_at < 0.5

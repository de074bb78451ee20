"""What waits: when it is too much, and when nobody works on it."""

from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.ingest.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.monitoring.backlog import STALLED_SECONDS, is_backlog_over, is_stalled
from tests.support.conditions import wait_for
from tests.support.pictures import READABLE
from tests.support.rows import insert_row, set_row
from tests.support.uploads import files, post

OLD = f"announced_at = now() - interval '{STALLED_SECONDS + 1} seconds'"


def stalled(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return is_stalled(connection)


def test_the_backlog_is_over_once_the_limit_is_reached(engine: Engine) -> None:
    insert_row(engine)
    insert_row(engine)

    with transaction(engine) as connection:
        assert is_backlog_over(connection, 2)
        assert not is_backlog_over(connection, 3)


def test_a_full_queue_is_told_at_the_door_and_nothing_is_stored(
    settings: Settings, engine: Engine
) -> None:
    waiting = insert_row(engine)
    client: FlaskClient = create_app(settings.model_copy(update={"queue_limit": 1})).test_client()

    answer = post(client, files(("scene.png", READABLE["PNG"]())))

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "wait to be tagged" in answer.get_json()["detail"]
    # When there is room again, the same request is accepted.
    set_row(engine, waiting, "status = 'failed'")
    wait_for(
        lambda: post(client, files(("scene.png", READABLE["PNG"]()))).status_code == 202,
        "accepted again",
    )


def test_fresh_images_are_no_sign_of_a_stall(engine: Engine) -> None:
    insert_row(engine)

    assert not stalled(engine)


def test_images_that_wait_long_while_nobody_holds_any_are_a_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)

    assert stalled(engine)


def test_a_long_queue_that_somebody_works_on_is_no_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), OLD)
    set_row(engine, insert_row(engine), "lease_until = now() + interval '5 seconds'")

    assert not stalled(engine)


def test_an_image_that_waits_for_its_next_attempt_is_no_stall(engine: Engine) -> None:
    set_row(engine, insert_row(engine), "created_at = now() - interval '1 hour', attempts = 2")

    assert not stalled(engine)

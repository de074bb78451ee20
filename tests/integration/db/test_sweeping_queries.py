"""Exhausted images and lost messages, which the sweeper finds."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.images.sweeping import find_unannounced, give_up_exhausted
from shared.db.images.tagging import (
    Claim,
    claim_images,
)
from tests.support.pictures.rows import insert_row, read_row, set_row

LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 5
DIMENSIONS = 4


def claim(engine: Engine, ids: list[UUID]) -> Claim:
    with transaction(engine) as connection:
        return claim_images(connection, ids, LEASE_SECONDS, MAX_ATTEMPTS)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "Gave up after 5 attempts. Each ended with the worker."),
        ("The storage is away.", "Gave up after 5 attempts. The storage is away."),
    ],
)
def test_an_image_with_no_attempts_left_fails_with_the_reason(
    engine: Engine, error: str | None, reason: str
) -> None:
    image, held, fresh = (insert_row(engine) for _ in range(3))
    set_row(engine, image, f"attempts = {MAX_ATTEMPTS}")
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE images SET error = :error WHERE id = :id"), {"error": error, "id": image}
        )
    set_row(engine, held, f"attempts = {MAX_ATTEMPTS}, lease_until = now() + interval '1 minute'")

    with transaction(engine) as connection:
        assert give_up_exhausted(connection, MAX_ATTEMPTS) == [image]

    assert read_row(engine, image)["error"] == reason
    assert read_row(engine, held)["status"] == "queued"
    assert read_row(engine, fresh)["status"] == "queued"


def test_images_not_announced_for_long_are_found_once_by_queue_the_oldest_first(
    engine: Engine,
) -> None:
    old, older = insert_row(engine, queue="tagging.bulk"), insert_row(engine, queue="other")
    insert_row(engine)  # just announced
    held = insert_row(engine)
    set_row(engine, old, "announced_at = now() - interval '1 minute'")
    set_row(engine, older, "announced_at = now() - interval '2 minutes'")
    set_row(engine, held, "announced_at = now() - interval '3 minutes'")
    claim(engine, [held])

    with transaction(engine) as connection:
        assert find_unannounced(connection, 10, limit=1) == {"other": [older]}
        assert find_unannounced(connection, 10, limit=10) == {"tagging.bulk": [old]}
        assert find_unannounced(connection, 10, limit=10) == {}

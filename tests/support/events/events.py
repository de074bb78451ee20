"""Register endpoints, cause events, and read their deliveries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.events.event_types import IMAGE_TAGGED, EventType
from shared.db.events.events import report_images
from shared.db.images.tagging import TaggedImage, claim_images, store_tagged
from tests.support.conditions import wait_for

LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 5


def register(client: FlaskClient, url: str, **members: Any) -> dict[str, Any]:
    """Register an endpoint; return the response, with its secret."""
    answer = client.post("/v1/endpoints", json={"url": url, **members})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


def report(engine: Engine, *images: UUID, event: EventType = IMAGE_TAGGED) -> None:
    """Report an event about images."""
    with transaction(engine) as connection:
        report_images(connection, event, images)


def deliveries(engine: Engine) -> list[dict[str, Any]]:
    """Return every delivery, the oldest first."""
    with transaction(engine) as connection:
        rows = connection.execute(text("SELECT * FROM deliveries ORDER BY id"))
        return [dict(row) for row in rows.mappings()]


def set_deliveries(engine: Engine, assignment: str) -> None:
    """Change every delivery, given as SQL: `due_at = now()`."""
    with transaction(engine) as connection:
        connection.execute(text(f"UPDATE deliveries SET {assignment}"))


def tag(engine: Engine, version: int, ids: Sequence[UUID]) -> None:
    """Store tags for images as a worker does."""
    tagged = [
        TaggedImage(
            image_id, np.zeros(4, np.float16), np.array([], np.int32), np.array([], np.float32)
        )
        for image_id in ids
    ]
    with transaction(engine) as connection:
        claim = claim_images(connection, ids, LEASE_SECONDS, MAX_ATTEMPTS)
        assert len(store_tagged(connection, claim, tagged, 1, version)) == len(ids)


def told(engine: Engine) -> list[tuple[str, UUID, str | None]]:
    """Return type, image and callback of every delivery."""
    return [(row["type"], row["image_id"], row["callback_url"]) for row in deliveries(engine)]


def finished(engine: Engine, count: int = 1) -> list[dict[str, Any]]:
    """Wait for so many finished deliveries, and return all of them."""
    return wait_for(
        lambda: (
            rows
            if len(rows := [row for row in deliveries(engine) if row["finished_at"]]) >= count
            else []
        ),
        "deliveries that are finished",
    )


def tried(engine: Engine) -> dict[str, Any]:
    """Wait until the only delivery was attempted, and return it."""
    return wait_for(
        lambda: next((row for row in deliveries(engine) if row["attempts"]), {}), "an attempt"
    )

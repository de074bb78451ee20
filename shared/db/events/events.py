"""Turn events into deliveries, in the transaction that they report."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, select, text
from uuid_utils.compat import uuid7

from shared.db.events.event_types import IMAGE_FAILED, IMAGE_TAGGED, MODEL_PROMOTED, EventType
from shared.db.images.notifications import notify_deliveries
from shared.db.schema import deliveries, endpoints, images

# The `callback_url` of an image receives the image's outcome only.
OUTCOMES = (IMAGE_TAGGED, IMAGE_FAILED)

# An upload with a callback whose bytes are known has a row of its own, which no endpoint needs to
# know. The locks: an endpoint or a copy that is deleted at this moment must be gone before the
# deliveries are written, or still there when they are. Otherwise their foreign keys would end the
# transaction of what is reported.
_FIND_RECEIVERS = """
    WITH copies AS (
        SELECT id, owner, callback_url, source_url, same_as FROM images
        WHERE same_as = ANY(:ids) AND :is_outcome
        FOR KEY SHARE
    ), named AS (
        SELECT id, owner, callback_url, source_url, same_as FROM images WHERE id = ANY(:ids)
        UNION ALL
        SELECT * FROM copies
    ), told AS (
        SELECT named.id AS image_id, endpoints.id AS endpoint_id, endpoints.owner
        FROM named JOIN endpoints ON endpoints.owner IS NULL OR endpoints.owner = named.owner
        WHERE disabled_at IS NULL AND :type = ANY(events)
          AND (same_as IS NULL OR source_url IS NOT NULL)
        FOR KEY SHARE OF endpoints
    )
    SELECT image_id, endpoint_id, owner, CAST(NULL AS text) AS callback_url FROM told
    UNION ALL
    SELECT id, NULL, owner, callback_url FROM named
    WHERE callback_url IS NOT NULL AND :is_outcome
"""


def report_images(
    connection: Connection,
    event: EventType,
    image_ids: Collection[UUID],
    data: Mapping[UUID, Mapping[str, Any]] | None = None,
) -> None:
    """Queue deliveries of an event about these images.

    An image's outcome counts for its copies too. If there are no receivers, this is one statement
    that finds nothing.

    data: further data of the event, by image.
    """
    receivers = connection.execute(
        text(_FIND_RECEIVERS),
        {"ids": list(image_ids), "type": event, "is_outcome": event in OUTCOMES},
    )
    rows = [
        {
            **receiver,
            "type": event,
            "data": dict((data or {}).get(receiver["image_id"], {})),
        }
        for receiver in receivers.mappings()
    ]
    _insert(connection, rows)


def report_promotion(connection: Connection, data: Mapping[str, Any]) -> None:
    """Queue deliveries of a promotion to every endpoint that subscribed to it."""
    receivers = connection.scalars(
        select(endpoints.c.id)
        .where(endpoints.c.disabled_at.is_(None), endpoints.c.events.any_() == MODEL_PROMOTED)
        # As in _FIND_RECEIVERS.
        .with_for_update(read=True, key_share=True)
    )
    rows = [
        {
            "endpoint_id": endpoint_id,
            "callback_url": None,
            "owner": None,
            "type": MODEL_PROMOTED,
            "image_id": None,
            "data": dict(data),
        }
        for endpoint_id in receivers
    ]
    _insert(connection, rows)


def promise_callback(connection: Connection, image_id: UUID, callback_url: str) -> None:
    """Queue the outcome of an image for a URL; the image may have been sent before, long ago."""
    image = (
        connection.execute(
            # The outcome is stored after this transaction, or already.
            select(images).where(images.c.id == image_id).with_for_update(key_share=True)
        )
        .mappings()
        .first()
    )
    if image is None:
        return
    if image["status"] == "queued":
        _insert_copy(connection, image, callback_url)
        return
    row = {
        "endpoint_id": None,
        "callback_url": callback_url,
        "owner": image["owner"],
        "type": IMAGE_TAGGED if image["status"] == "tagged" else IMAGE_FAILED,
        "image_id": image_id,
        "data": {},
    }
    _insert(connection, [row])


def _insert_copy(connection: Connection, image: RowMapping, callback_url: str) -> None:
    connection.execute(
        insert(images).values(
            id=uuid7(),
            owner=image["owner"],
            queue=image["queue"],
            status="tagged",
            same_as=image["id"],
            callback_url=callback_url,
        )
    )


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        identified = [{"id": uuid7(), "destination": _destination(row), **row} for row in rows]
        connection.execute(insert(deliveries), identified)
        notify_deliveries(connection)


def _destination(row: Mapping[str, Any]) -> str:
    """Return what is slow or dead as a unit: an endpoint, or the server of a callback URL."""
    if row["endpoint_id"] is not None:
        return str(row["endpoint_id"])
    try:
        parts = urlsplit(row["callback_url"])
    except ValueError:
        return "nowhere"
    # Without a name and password, which must not reach a log.
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()

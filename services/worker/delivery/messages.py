"""What a delivery says: `{"type", "timestamp", "data"}` of Standard Webhooks."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from shared.api.image_document import describe_images
from shared.db.events.sending import keep_bodies
from shared.db.images.images import find_images
from shared.db.owners.access import EVERYTHING
from shared.model.live_vocabulary import LiveVocabulary

# Standard Webhooks asks for less than 20 KB; receivers refuse what is much larger.
MAX_BODY_BYTES = 20_000
# What an image's uploader may have sent much of; it can be read where `url` points.
OWN_WORDS = ("metadata", "hashtags")


def write_bodies(
    connection: Connection, words: LiveVocabulary, rows: Sequence[RowMapping]
) -> dict[UUID, str]:
    """The JSON of each delivery. It is written once, before the first attempt, and kept.

    A delivery whose image was deleted meanwhile is gone with it, and has none.
    """
    bodies = {row["id"]: row["body"] for row in rows if row["body"] is not None}
    new = [row for row in rows if row["body"] is None]
    if new:
        images = _describe_named(connection, words, {row["image_id"] for row in new} - {None})
        written = {
            row["id"]: _write(row, images.get(row["image_id"]))
            for row in new
            if row["image_id"] is None or row["image_id"] in images
        }
        keep_bodies(connection, written)
        bodies |= written
    return bodies


def _describe_named(
    connection: Connection, words: LiveVocabulary, ids: set[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Images as in the API: under the id of a copy, the image that it copies."""
    named = find_images(connection, list(ids), EVERYTHING)
    originals = {row["id"]: row["same_as"] or row["id"] for row in named}
    rows = find_images(connection, list(set(originals.values())), EVERYTHING)
    documents = {
        row["id"]: document
        for row, document in zip(rows, describe_images(connection, words, rows), strict=True)
    }
    return {image_id: documents[original] for image_id, original in originals.items()}


def _write(row: RowMapping, image: dict[str, Any] | None) -> str:
    data = dict(row["data"])
    if image is not None:
        data = {"image_id": str(row["image_id"]), **data, "image": image}
    message = {"type": row["type"], "timestamp": row["occurred_at"].isoformat(), "data": data}
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    if image is not None and len(body.encode()) > MAX_BODY_BYTES:
        shortened = {name: value for name, value in image.items() if name not in OWN_WORDS}
        data["image"] = {**shortened, "shortened": True}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return body

"""Write the body of a delivery: `{"type", "timestamp", "data"}` of Standard Webhooks."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from shared.db.events.sending import keep_bodies
from shared.db.images.images import find_images
from shared.db.owners.access import EVERYTHING
from shared.model.live.vocabulary import LiveVocabulary
from shared.web.answers.image_document import describe_images

# Standard Webhooks asks for less than 20 KB; receivers refuse what is much larger.
MAX_BODY_BYTES = 20_000
# An uploader may have sent many of these; receivers can read them at `url`.
OWN_WORDS = ("metadata", "hashtags")


def write_bodies(
    connection: Connection, vocabulary: LiveVocabulary, rows: Sequence[RowMapping]
) -> dict[UUID, str]:
    """Return the JSON body of each delivery; a delivery whose image has been deleted has none.

    A body is written and stored once, before the first attempt.
    """
    bodies = {row["id"]: row["body"] for row in rows if row["body"] is not None}
    new = [row for row in rows if row["body"] is None]
    if new:
        images = _describe_named(connection, vocabulary, {row["image_id"] for row in new} - {None})
        written = {
            row["id"]: _write(row, images.get(row["image_id"]))
            for row in new
            if row["image_id"] is None or row["image_id"] in images
        }
        keep_bodies(connection, written)
        bodies |= written
    return bodies


def _describe_named(
    connection: Connection, vocabulary: LiveVocabulary, ids: set[UUID]
) -> dict[UUID, dict[str, Any]]:
    """Describe images as the API does; a copy is described as its original, with the copy's id."""
    named = find_images(connection, list(ids), EVERYTHING)
    originals = {row["id"]: row["same_as"] or row["id"] for row in named}
    rows = find_images(connection, list(set(originals.values())), EVERYTHING)
    documents = {
        row["id"]: document
        for row, document in zip(rows, describe_images(connection, vocabulary, rows), strict=True)
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

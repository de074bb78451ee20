"""Queries about corrections. Rows are added and moved, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, text

from shared.db.owners.access import Access
from shared.db.schema import corrections, images, tags

Verdict = Literal["add", "remove", "confirm", "undo"]


@dataclass(frozen=True)
class NewCorrection:
    """One person's verdict on one tag of one image."""

    image_id: UUID
    tag_id: int
    verdict: Verdict


def insert_corrections(
    connection: Connection, contributor: str, batch_id: UUID, rows: Sequence[NewCorrection]
) -> list[int]:
    """Insert corrections with what the model shows now; return their ids, ascending.

    The caller has locked the images, so that ids follow the order of the corrections.
    """
    return sorted(
        connection.scalars(
            text("""
                INSERT INTO corrections
                    (image_id, tag_id, contributor, batch_id, verdict, model_version, confidence)
                SELECT said.image_id, said.tag_id, :contributor, :batch_id, said.verdict,
                       images.model_version, image_tags.confidence
                FROM unnest(:image_ids, :tag_ids, :verdicts) WITH ORDINALITY
                     AS said(image_id, tag_id, verdict, position)
                JOIN images ON images.id = said.image_id
                LEFT JOIN image_tags USING (image_id, tag_id)
                ORDER BY said.position
                RETURNING id
            """),
            {
                "contributor": contributor,
                "batch_id": batch_id,
                "image_ids": [row.image_id for row in rows],
                "tag_ids": [row.tag_id for row in rows],
                "verdicts": [row.verdict for row in rows],
            },
        )
    )


def list_corrections(
    connection: Connection,
    access: Access,
    *,
    image_id: UUID | None = None,
    contributor: str | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return corrections that the caller may see and that match every filter, newest first."""
    query = select(
        corrections.c.id,
        corrections.c.image_id,
        tags.c.slug,
        tags.c.name,
        corrections.c.verdict,
        corrections.c.contributor,
        corrections.c.model_version,
        corrections.c.confidence,
        corrections.c.created_at,
    ).join(tags, tags.c.id == corrections.c.tag_id)
    if access.owner is not None:
        query = query.join(images, images.c.id == corrections.c.image_id).where(access.allows())
    if image_id is not None:
        query = query.where(corrections.c.image_id == image_id)
    if contributor is not None:
        query = query.where(corrections.c.contributor == contributor)
    if before is not None:
        query = query.where(corrections.c.id < before)
    return connection.execute(query.order_by(corrections.c.id.desc()).limit(limit)).mappings().all()


def move_corrections(connection: Connection, copy: UUID, original: UUID) -> bool:
    """Move an image's corrections to the image that it copies; return whether there were any."""
    moved = connection.execute(
        text("UPDATE corrections SET image_id = :original WHERE image_id = :copy"),
        {"original": original, "copy": copy},
    )
    connection.execute(text("DELETE FROM decisions WHERE image_id = :copy"), {"copy": copy})
    return bool(moved.rowcount)


def find_contested(connection: Connection, contributor: str) -> Sequence[UUID]:
    """Return the images where others also voted on a tag that this contributor voted on, ascending.

    On other images, the contributor's trust makes no difference.
    """
    return connection.scalars(
        text("""
            SELECT DISTINCT own.image_id
            FROM corrections own
            JOIN corrections other USING (image_id, tag_id)
            WHERE own.contributor = :contributor AND other.contributor <> :contributor
            ORDER BY own.image_id
        """),
        {"contributor": contributor},
    ).all()

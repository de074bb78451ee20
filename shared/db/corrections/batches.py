"""Queries about batches: the corrections of one request, and how to undo them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, insert, select, text
from sqlalchemy.exc import IntegrityError

from shared.db.corrections.corrections import NewCorrection
from shared.db.owners.access import Access
from shared.db.schema import correction_batches
from shared.errors import Conflict


def insert_batch(
    connection: Connection, contributor: str, access: Access, undoes: UUID | None = None
) -> UUID:
    """Record a batch and return its id.

    Raises:
        Conflict: the batch that it would undo is undone already.
    """
    batch_id = uuid4()
    values = {
        "id": batch_id,
        "contributor": contributor,
        "owner": access.owner,
        "undoes": undoes,
    }
    try:
        connection.execute(insert(correction_batches).values(values))
    except IntegrityError as error:
        raise Conflict(f"The batch {undoes} is undone already.") from error
    return batch_id


def find_batch(connection: Connection, batch_id: UUID, access: Access) -> RowMapping | None:
    """Return a batch; None if there is none or another owner's key made it."""
    query = select(correction_batches).where(correction_batches.c.id == batch_id)
    if access.owner is not None:
        query = query.where(correction_batches.c.owner == access.owner)
    return connection.execute(query).mappings().first()


def find_batch_images(connection: Connection, batch_id: UUID) -> Sequence[UUID]:
    """Return the images that a batch corrected."""
    query = text("SELECT DISTINCT image_id FROM corrections WHERE batch_id = :batch_id")
    return connection.scalars(query, {"batch_id": batch_id}).all()


def find_former_verdicts(
    connection: Connection, batch_id: UUID, image_ids: Sequence[UUID]
) -> list[tuple[str, NewCorrection]]:
    """Return the corrections that undo a batch: each tag's slug, and what its contributor had said
    before.

    "undo" stands for nothing said. Later corrections stay. The caller has locked the images.
    """
    rows = connection.execute(
        text("""
            SELECT image_id, tag_id, slug, coalesce((
                SELECT verdict FROM corrections AS former
                WHERE former.image_id = said.image_id AND former.tag_id = said.tag_id
                  AND former.contributor = said.contributor AND former.id < said.first_id
                ORDER BY former.id DESC LIMIT 1
            ), 'undo') AS verdict
            FROM (
                SELECT image_id, tag_id, contributor, min(id) AS first_id, max(id) AS last_id
                FROM corrections
                WHERE batch_id = :batch_id AND image_id = ANY(:image_ids)
                GROUP BY image_id, tag_id, contributor
            ) AS said
            JOIN tags ON tags.id = said.tag_id
            WHERE NOT EXISTS (
                SELECT FROM corrections AS later
                WHERE later.image_id = said.image_id AND later.tag_id = said.tag_id
                  AND later.contributor = said.contributor AND later.id > said.last_id
            )
            ORDER BY image_id, tag_id
        """),
        {"batch_id": batch_id, "image_ids": list(image_ids)},
    )
    return [(row.slug, NewCorrection(row.image_id, row.tag_id, row.verdict)) for row in rows]

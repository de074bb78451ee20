"""Queries about corrections of images whose object left its bucket: kept, given back, purged.

Corrections belong to the bytes and the owner. A renamed object is removed under one key and created
under another, in any order, so its image may be gone before its bytes return.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, literal, select, text
from sqlalchemy.dialects.postgresql import UUID as UUIDType

from shared.db.corrections.decisions import redecide
from shared.db.images.deleting import delete_image
from shared.db.schema import corrections, withdrawn_corrections, withdrawn_images
from shared.model.vocabulary_index import read_vocabulary_index

# The same in both tables.
COLUMNS = corrections.c.keys()


def withdraw_image(connection: Connection, image_id: UUID) -> list[UUID]:
    """Delete an image and its copies, but keep its id and corrections; return the deleted ids.

    Its files are noted for deletion; call `delete_files` after the commit.
    """
    kept = connection.scalar(
        text("""
            INSERT INTO withdrawn_images (id, owner, sha256)
            SELECT id, owner, sha256 FROM images WHERE id = :id AND sha256 IS NOT NULL
            ON CONFLICT (owner, sha256) DO UPDATE SET withdrawn_at = now()
            RETURNING id
        """),
        {"id": image_id},
    )
    if kept is not None:
        connection.execute(
            insert(withdrawn_corrections).from_select(
                COLUMNS,
                select(*_columns(corrections, kept)).where(corrections.c.image_id == image_id),
            )
        )
    return delete_image(connection, image_id)


def find_withdrawn(connection: Connection, like: UUID, sha256: bytes) -> UUID | None:
    """Return the id of the withdrawn image that has the bytes and the owner of the image `like`.

    It is locked until the transaction ends.
    """
    query = text("""
        SELECT withdrawn_images.id FROM withdrawn_images JOIN images USING (owner)
        WHERE images.id = :like AND withdrawn_images.sha256 = :sha256
        FOR UPDATE OF withdrawn_images
    """)
    found: UUID | None = connection.scalar(query, {"like": like, "sha256": sha256})
    return found


def give_back(connection: Connection, kept: UUID, image_id: UUID) -> None:
    """Move a withdrawn image's corrections to an image that the caller has locked."""
    connection.execute(
        insert(corrections).from_select(
            COLUMNS,
            select(*_columns(withdrawn_corrections, image_id)).where(
                withdrawn_corrections.c.image_id == kept
            ),
        )
    )
    connection.execute(delete(withdrawn_images).where(withdrawn_images.c.id == kept))
    redecide(connection, read_vocabulary_index(connection), [image_id])


def give_back_all(connection: Connection, image_ids: Collection[UUID]) -> None:
    """Move the corrections of withdrawn images to these images with the same owner and bytes.

    The caller has locked the images.
    """
    found = connection.execute(
        text("""
            SELECT withdrawn_images.id AS kept, images.id
            FROM images JOIN withdrawn_images USING (owner, sha256)
            WHERE images.id = ANY(:ids)
            ORDER BY images.id
            FOR UPDATE OF withdrawn_images
        """),
        {"ids": list(image_ids)},
    )
    for row in found.all():
        give_back(connection, row.kept, row.id)


def purge_withdrawn(connection: Connection, days: float) -> int:
    """Delete corrections of images that were withdrawn this long ago.

    Return the number of images.
    """
    purged = connection.execute(
        text("""
            DELETE FROM withdrawn_images
            WHERE withdrawn_at < now() - make_interval(secs => :seconds)
        """),
        {"seconds": days * 24 * 3600},
    )
    return purged.rowcount


def _columns(table: Table, image_id: UUID) -> list[ColumnElement[Any]]:
    """Return the columns of a table of corrections, with another image instead of theirs."""
    return [
        literal(image_id, UUIDType).label(name) if name == "image_id" else table.c[name]
        for name in COLUMNS
    ]

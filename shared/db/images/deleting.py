"""Queries that delete images."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, select, text

from shared.db.images.file_deletions import note_deletions
from shared.db.schema import images
from shared.storage.storage import file_keys


def forget_names(connection: Connection, image_ids: Sequence[UUID]) -> None:
    """Delete the names of the bucket objects of images that are about to be deleted.

    The objects' rows outlive the images, and file names may reveal their owner.
    """
    connection.execute(
        text("""
            UPDATE webhook_objects SET names = NULL
            FROM images
            WHERE images.id = image_id AND names IS NOT NULL
              AND coalesce(same_as, images.id) = ANY(:ids)
        """),
        {"ids": list(image_ids)},
    )


def delete_image(connection: Connection, image_id: UUID) -> list[UUID]:
    """Delete an image with its copies, tags and embedding; return the deleted ids.

    Their files are noted for deletion; call `delete_files` after the commit.
    """
    # The image before its copies, as reports of its outcome lock them.
    connection.execute(select(images.c.id).where(images.c.id == image_id).with_for_update())
    forget_names(connection, [image_id])
    copies = connection.scalars(
        delete(images).where(images.c.same_as == image_id).returning(images.c.id)
    ).all()
    gone = connection.scalars(
        delete(images).where(images.c.id == image_id).returning(images.c.id)
    ).all()
    note_deletions(connection, file_keys([*copies, *gone]))
    return [*copies, *gone]

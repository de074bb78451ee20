"""Images that are not kept: deleted once answered, unless their bytes are sent again."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from shared.db.images.deleting import delete_image
from shared.db.schema import images, transient_images

# Far longer than a request waits; only images of a process that died become this old.
DUE_SECONDS = 600
IMAGES_AT_ONCE = 1000


def mark_transient(connection: Connection, image_ids: Collection[UUID]) -> None:
    """Mark images that were inserted in this transaction as not to be kept."""
    if image_ids:
        due_at = func.now() + text("make_interval(secs => :seconds)").bindparams(
            seconds=DUE_SECONDS
        )
        connection.execute(
            insert(transient_images).values(
                [{"image_id": image_id, "due_at": due_at} for image_id in image_ids]
            )
        )


def keep_images(connection: Connection, image_ids: Collection[UUID]) -> None:
    """Keep images after all, because a later request sent the same bytes to be kept."""
    if image_ids:
        connection.execute(
            delete(transient_images).where(transient_images.c.image_id.in_(image_ids))
        )


def is_transient(connection: Connection, image_id: UUID) -> bool:
    """Return whether an image is not to be kept."""
    query = select(transient_images.c.image_id).where(transient_images.c.image_id == image_id)
    return connection.execute(query).first() is not None


def delete_transient(connection: Connection, image_ids: Sequence[UUID]) -> list[UUID]:
    """Delete the images that still have their mark; return the deleted ids.

    Their files are noted for deletion; call `delete_files` after the commit.
    """
    # An upload of the same bytes locks the image before it removes the mark. Only a statement that
    # begins after its commit sees that.
    connection.execute(
        select(images.c.id)
        .where(images.c.id.in_(image_ids))
        .order_by(images.c.id)
        .with_for_update()
    )
    marked = connection.scalars(
        delete(transient_images)
        .where(transient_images.c.image_id.in_(image_ids))
        .returning(transient_images.c.image_id)
    ).all()
    return [gone for image_id in sorted(marked) for gone in delete_image(connection, image_id)]


def find_due_transient(connection: Connection) -> Sequence[UUID]:
    """Return images that should be gone, because the process that was to delete them died."""
    return connection.scalars(
        select(transient_images.c.image_id)
        .where(transient_images.c.due_at < func.now())
        .order_by(transient_images.c.due_at)
        .limit(IMAGES_AT_ONCE)
    ).all()

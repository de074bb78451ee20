"""Queries about everything that belongs to one owner."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.db.images.deleting import forget_names
from shared.db.images.file_deletions import note_deletions
from shared.db.schema import (
    correction_batches,
    endpoints,
    images,
    immich_connections,
    retag_jobs,
    untrained_owners,
    withdrawn_images,
)
from shared.storage.storage import file_keys


def find_ids_of(connection: Connection, owner: str, limit: int) -> Sequence[UUID]:
    """Return some of an owner's images, copies included."""
    query = select(images.c.id).where(images.c.owner == owner).limit(limit)
    return connection.scalars(query).all()


def list_images_of(
    connection: Connection, owner: str, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return an owner's images after `after`, without copies, in order of arrival."""
    query = select(images).where(images.c.owner == owner, images.c.same_as.is_(None))
    if after is not None:
        query = query.where(images.c.id > after)
    return connection.execute(query.order_by(images.c.id).limit(limit)).mappings().all()


def count_images_of(connection: Connection, owner: str) -> int:
    """Return how many images an owner has, copies included."""
    query = select(func.count()).select_from(images).where(images.c.owner == owner)
    return connection.execute(query).scalar_one()


def delete_images(connection: Connection, image_ids: Sequence[UUID]) -> None:
    """Delete images with their tags, embeddings, corrections and deliveries.

    Their files are noted for deletion; call `delete_files` after the commit.
    """
    # In the order of everything else that locks many images, and each before its copies.
    in_order = (
        select(images.c.id)
        .where(images.c.id.in_(image_ids))
        .order_by(images.c.same_as.is_not(None), images.c.id)
        .with_for_update()
    )
    connection.execute(in_order)
    forget_names(connection, image_ids)
    connection.execute(delete(images).where(images.c.id.in_(image_ids)))
    note_deletions(connection, file_keys(image_ids))


def delete_traces(connection: Connection, owner: str) -> None:
    """Delete everything else that names an owner, except keys.

    These are endpoints, jobs, the exclusion, connections to Immich, and corrections of withdrawn
    images.
    """
    for table in (
        correction_batches,
        endpoints,
        immich_connections,
        retag_jobs,
        untrained_owners,
        withdrawn_images,
    ):
        connection.execute(delete(table).where(table.c.owner == owner))


def exclude(connection: Connection, owner: str) -> None:
    """Exclude an owner's images from training."""
    connection.execute(insert(untrained_owners).values(owner=owner).on_conflict_do_nothing())


def include(connection: Connection, owner: str) -> None:
    """Include an owner's images in training again."""
    connection.execute(delete(untrained_owners).where(untrained_owners.c.owner == owner))

"""Queries about images: insert, find, list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from shared.db.owners.access import Access
from shared.db.schema import embeddings, images, models, shown_tags
from shared.observability.logs import current_request_id
from shared.storage.object_url import SCHEME

# Built once: building the statement costs a quarter of sending it.
_INSERT_UNKNOWN = (
    insert(images)
    .on_conflict_do_nothing(constraint="images_owner_sha256_key")
    .returning(images.c.id)
)


@dataclass(frozen=True)
class NewImage:
    """The row of an accepted picture."""

    id: UUID
    owner: str
    queue: str
    sha256: bytes | None = None
    source_url: str | None = None
    filename: str | None = None
    hashtags: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    learn: bool = True
    callback_url: str | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    bytes: int | None = None
    request_id: str | None = field(default_factory=current_request_id)


def insert_new(connection: Connection, rows: Sequence[NewImage]) -> dict[UUID, UUID]:
    """Insert accepted pictures as queued images.

    Returns the id of each: its own, or that of the owner's image with the same bytes.
    """
    known: dict[UUID, UUID] = {}
    # One order everywhere, so that requests with the same pictures cannot deadlock.
    missing = sorted(rows, key=lambda row: row.sha256 or b"")
    # A second round is needed only if the conflicting image has been deleted meanwhile.
    while missing:
        inserted = connection.scalars(_INSERT_UNKNOWN, [vars(row) for row in missing])
        known |= {image_id: image_id for image_id in inserted}
        for row in missing:
            if row.id not in known:
                in_the_way = connection.scalar(
                    # It can't be deleted before this transaction ends.
                    select(images.c.id)
                    .where(images.c.owner == row.owner, images.c.sha256 == row.sha256)
                    .with_for_update(read=True, key_share=True)
                )
                known |= {row.id: in_the_way} if in_the_way else {}
        missing = [row for row in missing if row.id not in known]
    outlive_objects(connection, [known[row.id] for row in rows if known[row.id] != row.id], None)
    return known


def outlive_objects(
    connection: Connection, image_ids: Collection[UUID], source_url: str | None
) -> None:
    """Keep images that came from objects in a bucket, because their bytes were also sent otherwise.

    source_url: the URL that they were sent by; None: they were uploaded.
    """
    if image_ids:
        connection.execute(
            update(images)
            .where(images.c.id.in_(image_ids), images.c.source_url.startswith(SCHEME))
            .values(source_url=source_url)
        )


def find_known(connection: Connection, owner: str, digests: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return an owner's images with these SHA-256 digests."""
    rows = connection.execute(
        select(images.c.sha256, images.c.id).where(
            images.c.owner == owner, images.c.sha256.in_(digests)
        )
    )
    return {bytes(row.sha256): row.id for row in rows}


def find_statuses(
    connection: Connection, image_ids: Sequence[UUID], access: Access
) -> Sequence[RowMapping]:
    """Return id, status and error of the images that the caller may see."""
    query = select(images.c.id, images.c.status, images.c.error).where(
        images.c.id.in_(image_ids), access.allows()
    )
    return connection.execute(query).mappings().all()


def find_image(connection: Connection, image_id: UUID, access: Access) -> RowMapping | None:
    """Return an image by its id; for a copy, the image that it copies.

    None if there is none or the caller may not see it: the difference is not revealed.
    """
    canonical = (
        select(func.coalesce(images.c.same_as, images.c.id))
        .where(images.c.id == image_id)
        .scalar_subquery()
    )
    query = select(images).where(images.c.id == canonical, access.allows())
    return connection.execute(query).mappings().first()


def find_images(
    connection: Connection, image_ids: Sequence[UUID], access: Access
) -> Sequence[RowMapping]:
    """Return the images that the caller may see, in no order."""
    query = select(images).where(images.c.id.in_(image_ids), access.allows())
    return connection.execute(query).mappings().all()


def find_owners(connection: Connection, image_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the owners of images, by id."""
    query = select(images.c.id, images.c.owner).where(images.c.id.in_(image_ids))
    return {row.id: row.owner for row in connection.execute(query)}


def list_images(
    connection: Connection,
    access: Access,
    *,
    tags: Sequence[Sequence[int]] = (),
    owner: str | None = None,
    status: str | None = None,
    among: Collection[UUID] | None = None,
    before: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return the newest images that match every filter, from `before` backwards in time.

    tags: for each required tag, the ids that its name may mean; one of them is enough. among: only
    these images.
    """
    query = select(images).where(images.c.same_as.is_(None), access.allows())
    newest_first: ColumnElement[UUID] = images.c.id
    # With several ids, an image would appear once for each of them that it shows.
    leading = next((ids for ids in tags if len(ids) == 1), None)
    if leading is not None:
        query = query.join(shown_tags, shown_tags.c.image_id == images.c.id).where(
            shown_tags.c.tag_id == leading[0]
        )
        # The indexes on (tag_id, image_id) can serve only an order by their own column.
        newest_first = shown_tags.c.image_id
    for ids in tags:
        if ids is not leading:
            also = shown_tags.alias()
            # A join takes up to six times as long.
            query = query.where(
                exists().where(also.c.image_id == images.c.id, also.c.tag_id.in_(ids))
            )
    if owner is not None:
        query = query.where(images.c.owner == owner)
    if status is not None:
        query = query.where(images.c.status == status)
    if among is not None:
        query = query.where(images.c.id.in_(among))
    if before is not None:
        query = query.where(newest_first < before)
    return connection.execute(query.order_by(newest_first.desc()).limit(limit)).mappings().all()


def find_embedding(connection: Connection, image_id: UUID) -> RowMapping | None:
    """Return the embedding of an image by the live network, and the id of that network."""
    query = (
        select(embeddings)
        .join(models, models.c.backbone_id == embeddings.c.backbone_id)
        .where(embeddings.c.image_id == image_id, models.c.status == "live")
    )
    return connection.execute(query).mappings().first()

"""Add what an upload says about a known picture to what is stored about it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from shared.db.schema import images
from shared.pictures.uploader_words import MAX_HASHTAGS, merge_hashtags, merge_metadata


def merge_said(
    connection: Connection,
    image_id: UUID,
    hashtags: Sequence[str],
    metadata: dict[str, Any],
    *,
    learn: bool = True,
) -> list[str]:
    """Add hashtags and members of metadata to an image; new values of metadata win.

    learn: false keeps the image out of training from now on. Return what did not fit:
    `hashtags`, `metadata` or both.
    """
    if not learn:
        connection.execute(update(images).where(images.c.id == image_id).values(learn=False))
    if not hashtags and not metadata:
        return []
    row = connection.execute(
        select(images.c.hashtags, images.c.metadata)
        .where(images.c.id == image_id)
        .with_for_update()
    ).first()
    if row is None:
        return []
    all_hashtags = merge_hashtags(row.hashtags, hashtags)
    all_metadata = merge_metadata(row.metadata, metadata)
    not_kept = []
    if len(all_hashtags) > MAX_HASHTAGS:
        all_hashtags = row.hashtags
        not_kept.append("hashtags")
    if all_metadata is None:
        all_metadata = row.metadata
        not_kept.append("metadata")
    if all_hashtags != row.hashtags or all_metadata != row.metadata:
        connection.execute(
            update(images)
            .where(images.c.id == image_id)
            .values(hashtags=all_hashtags, metadata=all_metadata)
        )
    return not_kept


def merge_copy(connection: Connection, copy_id: UUID, known_id: UUID) -> None:
    """Give the hashtags and metadata of a copy to the image that it copies."""
    row = connection.execute(
        select(images.c.hashtags, images.c.metadata, images.c.learn).where(images.c.id == copy_id)
    ).first()
    if row is not None:
        merge_said(connection, known_id, row.hashtags, row.metadata, learn=row.learn)

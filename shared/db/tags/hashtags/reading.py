"""Queries that a run reads hashtags with: a few thousand rows at a time, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.db.tags.known_tag import KnownTag
from shared.storage.image_ids import first_id_of

ROWS_AT_ONCE = 10_000
MAX_SHARED_TAGS = 10_000

# What hashtags may teach from: images that are tagged and no copies, with an embedding by the
# network, of owners who are not kept out of training, that their uploader has not kept out either.
# What people corrected teaches by itself, and judges what hashtags teach.
_TEACHING = """
    status = 'tagged' AND same_as IS NULL AND learn AND hashtags <> '{}'
    AND NOT EXISTS (SELECT FROM untrained_owners WHERE untrained_owners.owner = images.owner)
"""
_NEXT = text(f"""
    SELECT id, owner, hashtags FROM images
    WHERE {_TEACHING} AND id < :before
      AND EXISTS (
          SELECT FROM embeddings WHERE image_id = images.id AND backbone_id = :backbone_id
      )
      AND NOT EXISTS (SELECT FROM corrections WHERE image_id = images.id)
    ORDER BY id DESC LIMIT :limit
""")
LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Hashtagged:
    """An image with the hashtags of its uploader."""

    id: UUID
    owner: str
    hashtags: list[str]


def read_hashtags(engine: Engine, backbone_id: int, max_images: int) -> Iterator[Hashtagged]:
    """Yield images with hashtags that may teach, the newest first, each chunk in a transaction.

    Raises:
        Unavailable: Postgres does not answer.
    """
    before, left = LAST_ID, max_images
    while left > 0:
        limit = min(left, ROWS_AT_ONCE)
        values = {"before": before, "backbone_id": backbone_id, "limit": limit}
        with transaction(engine) as connection:
            rows = connection.execute(_NEXT, values).all()
        yield from (Hashtagged(*row) for row in rows)
        if len(rows) < limit:
            return
        before, left = rows[-1].id, left - limit


def has_new_hashtags(connection: Connection, since: datetime | None, min_images: int) -> bool:
    """Return whether so many images with hashtags arrived since a moment; None: ever."""
    query = text(f"""
        SELECT count(*) FROM (
            SELECT FROM images WHERE {_TEACHING} AND id >= :first LIMIT :least
        ) AS found
    """)
    first = UUID(int=0) if since is None else first_id_of(since)
    values = {"first": first, "least": min_images}
    return connection.execute(query, values).scalar_one() >= min_images


def find_last_look(connection: Connection) -> datetime | None:
    """Return when the last run for all tags that ended well began; None: there was none."""
    query = text("""
        SELECT max(started_at) FROM finetune_runs
        WHERE tag_id IS NULL AND status IN ('promoted', 'rejected', 'nothing')
    """)
    found: datetime | None = connection.scalar(query)
    return found


def find_shared_tags(connection: Connection) -> list[KnownTag]:
    """Return the custom tags that all owners see."""
    query = text("""
        SELECT id, slug, name, kind, owner FROM tags
        WHERE owner IS NULL AND kind = 'custom' ORDER BY id LIMIT :most
    """)
    return [KnownTag(*row) for row in connection.execute(query, {"most": MAX_SHARED_TAGS})]


def find_former_names(connection: Connection) -> list[tuple[str, int]]:
    """Return other names of shared custom tags, with the tags' ids."""
    query = text("""
        SELECT alias, tag_id FROM custom_aliases JOIN tags ON tags.id = tag_id
        WHERE custom_aliases.owner IS NULL AND tags.owner IS NULL LIMIT :most
    """)
    return [(row.alias, row.tag_id) for row in connection.execute(query, {"most": MAX_SHARED_TAGS})]


def find_decided_tags(connection: Connection) -> set[int]:
    """Return the ids of shared tags that people corrected."""
    query = text("""
        SELECT id FROM tags WHERE owner IS NULL
          AND EXISTS (SELECT FROM corrections WHERE tag_id = tags.id AND NOT set_aside)
    """)
    return set(connection.scalars(query))

"""Queries about what an owner's images show."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, func, select

from shared.db.schema import images, tags
from shared.pictures.uploader_words import fold_hashtag, tidy_hashtag

# How many spellings of each hashtag are read, on average.
SPELLINGS = 20


def count_images(connection: Connection, owner: str) -> int:
    """Return how many images an owner has, without copies."""
    query = select(func.count()).select_from(images).where(*_is_of(owner))
    return connection.execute(query).scalar_one()


def find_tag_names(
    connection: Connection, tag_ids: Collection[int]
) -> Mapping[int, tuple[str, str]]:
    """Return slug and name of each tag, by id."""
    query = select(tags.c.id, tags.c.slug, tags.c.name).where(tags.c.id.in_(tag_ids))
    return {row.id: (row.slug, row.name) for row in connection.execute(query)}


def count_hashtags(connection: Connection, owner: str, limit: int) -> list[tuple[str, int]]:
    """Return the hashtags that an owner gave to the most images, and to how many.

    All spellings of one count together, under the most frequent.
    """
    hashtag = func.unnest(images.c.hashtags).label("hashtag")
    given = select(images.c.id, hashtag).where(*_is_of(owner)).subquery()
    uses = func.count(given.c.id.distinct()).label("images")
    query = (
        select(given.c.hashtag, uses)
        .group_by(given.c.hashtag)
        .order_by(uses.desc(), given.c.hashtag)
        .limit(limit * SPELLINGS)
    )
    # Postgres can only fold letters by the rules of its locale.
    spellings: dict[str, str] = {}
    images_of: Counter[str] = Counter()
    for spelling, count in connection.execute(query):
        images_of[spellings.setdefault(fold_hashtag(spelling), tidy_hashtag(spelling))] += count
    return images_of.most_common(limit)


def _is_of(owner: str) -> tuple[ColumnElement[bool], ...]:
    return images.c.owner == owner, images.c.same_as.is_(None)

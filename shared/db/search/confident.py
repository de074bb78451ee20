"""Find images by the indexes on tags, where few images are within limits of confidence.

Images with a tag are also counted there: an index on tags is read three times as fast as rows of
`image_search`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    literal,
    select,
    union_all,
)

from shared.db.schema import decisions, image_search, image_tags
from shared.db.search.planning import by_index
from shared.db.search.search import Search, range_of, status_of, time_of
from shared.db.search.wanted import ANYTHING, CERTAIN, MODEL, PEOPLE, Shows, within

# An image may have many tags within the limits: so many are read until enough images are known.
MAX_ROWS = 20_000


def leads_to(search: Search) -> bool:
    """Whether the index on confidence can answer the search: it asks for one tag, or any."""
    qualities = search.qualities
    is_simple = search.wanted == ANYTHING or isinstance(search.wanted, Shows)
    return is_simple and qualities.limits_confidence and qualities.source != PEOPLE


def is_alone(search: Search) -> bool:
    """Whether nothing else limits the search."""
    return search == Search(search.access, search.wanted, search.qualities) and (
        search.access.owner is None
    )


def is_countable(search: Search) -> bool:
    """Return whether `count_by_tag` may count: one tag, or limited confidence, of any owner."""
    timed = replace(search, after=None, before=None, newer_than=None)
    is_one_tag = isinstance(search.wanted, Shows) and len(search.wanted.tag_ids) == 1
    return is_alone(timed) and (leads_to(search) or (is_one_tag and not search.qualities.sources))


def count_by_tag(connection: Connection, search: Search, limit: int) -> int | None:
    """Count the images of a countable search, up to a limit; None: too many tags to read."""
    is_one_tag = isinstance(search.wanted, Shows) and len(search.wanted.tag_ids) == 1
    max_rows = limit if is_one_tag else MAX_ROWS
    some = _shown(search, max_rows).limit(max_rows).subquery()
    # An image shows a tag once.
    images = func.count() if is_one_tag else func.count(some.c.image_id.distinct())
    with by_index(connection):
        count, read = connection.execute(select(images, func.count()).select_from(some)).one()
    return min(count, limit) if count >= limit or read < MAX_ROWS else None


def confident_matches(search: Search, before: UUID | None) -> Select[tuple[UUID]]:
    """All images that match, each once, in no order, from `before` backwards in time."""
    shown = _shown(search).subquery()
    query = select(shown.c.image_id).distinct()
    if not is_alone(search):
        query = query.join(image_search, image_search.c.image_id == shown.c.image_id).where(
            *range_of(search, image_search.c.image_id, image_search.c.owner),
            *status_of(search, image_search.c.image_id),
        )
    return query if before is None else query.where(shown.c.image_id < before)


def _shown(search: Search, max_rows: int | None = None) -> Select[tuple[UUID]]:
    """The images that show a wanted tag within the limits, once for each such tag.

    max_rows: from people and from the model each; None: all. Postgres heeds a limit on each
    of the two, but not on both together.
    """
    tag_ids = search.wanted.tag_ids if isinstance(search.wanted, Shows) else None
    decided = decisions.alias()
    is_decided = exists().where(
        decided.c.image_id == image_tags.c.image_id, decided.c.tag_id == image_tags.c.tag_id
    )
    by_model = (
        select(image_tags.c.image_id)
        .where(
            _is_one_of(image_tags.c.tag_id, tag_ids),
            *within(image_tags.c.confidence, search.qualities),
            *time_of(search, image_tags.c.image_id),
            ~is_decided,
        )
        .limit(max_rows)
    )
    if search.qualities.source == MODEL or not search.qualities.includes(CERTAIN):
        return by_model
    by_people = (
        select(decisions.c.image_id)
        .where(
            decisions.c.present,
            _is_one_of(decisions.c.tag_id, tag_ids),
            *time_of(search, decisions.c.image_id),
        )
        .limit(max_rows)
    )
    both = union_all(select(by_people.subquery()), select(by_model.subquery())).subquery()
    return select(both.c.image_id)


def _is_one_of(tag_id: ColumnElement[int], wanted: Sequence[int] | None) -> ColumnElement[bool]:
    """The condition on a tag; None: any. Ids are compared one by one, to keep an index in order."""
    if wanted is None:
        return and_(literal(True))
    return tag_id == wanted[0] if len(wanted) == 1 else tag_id.in_(wanted)

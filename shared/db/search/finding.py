"""Images that match a search: a page of them, and how many there are.

Two ways lead to them. First the newest rows are looked through, a few thousand: of what many images
show, that gives a page at once. What is rare is found by the index on terms, which gives all
matches in no order; where the first way gave no page, there are few. So neither depends on what
Postgres believes about tags that go together, or never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as Uuid

from shared.db.schema import image_search, images
from shared.db.search.confident import (
    confident_matches,
    count_by_tag,
    is_countable,
    leads_to,
)
from shared.db.search.planning import bitmaps_only, by_index
from shared.db.search.search import STATUSES, Search, range_of, status_of
from shared.db.search.wanted import (
    ANYTHING,
    PEOPLE,
    any_tag,
    condition,
    matches_untagged,
    needs_tag,
)

# A few milliseconds' worth of rows; fewer where the tags of each may have to be read.
LOOKED_THROUGH = 5_000
LOOKED_THROUGH_WITH_TAGS = 2_000
# Where more than this share matches, counting in the order of the rows is quicker than by bitmaps.
DENSE = 0.25
MAX_COUNT = 10_000


@dataclass(frozen=True)
class FoundPage:
    """Some of the matches, in order. total: how many there are, at most MAX_COUNT + 1."""

    ids: Sequence[UUID]
    total: int | None


@dataclass(frozen=True)
class Glance:
    """What the newest rows have: how many were looked through, how many match, the first ones."""

    rows: int
    matches: int
    ids: Sequence[UUID]
    is_complete: bool

    @property
    def is_dense(self) -> bool:
        """Whether much of everything matches."""
        return self.matches > DENSE * self.rows


def find_newest(
    connection: Connection, search: Search, limit: int, *, before: UUID | None, count: bool
) -> FoundPage:
    """The newest matches, from `before` backwards in time. count: whether the total is wanted."""
    if not search.is_indexed:
        return _find_any(connection, search, limit, before, count)
    glance = look_through(connection, search, limit, before)
    if glance.is_complete:
        return FoundPage(glance.ids, glance.matches)
    if glance.matches >= limit:
        return FoundPage(glance.ids, count_matches(connection, search, glance) if count else None)
    is_confident = leads_to(search)
    all_matches = (confident_matches if is_confident else matches_of)(search, before)
    matches = all_matches.cte("found").suffix_with("")
    with (by_index if is_confident else bitmaps_only)(connection):
        total, ids = connection.execute(select(_size(matches), _newest(matches, limit))).one()
    return FoundPage(ids, min(total, MAX_COUNT + 1))


def look_through(connection: Connection, search: Search, limit: int, before: UUID | None) -> Glance:
    """The newest rows of `image_search`, and the first of them that match."""
    reads_tags = search.qualities.limits_confidence and search.qualities.source != PEOPLE
    most = LOOKED_THROUGH_WITH_TAGS if reads_tags else LOOKED_THROUGH
    of_range = (
        select(image_search)
        .where(*range_of(search, image_search.c.image_id, image_search.c.owner))
        .order_by(image_search.c.image_id.desc())
        .limit(most)
    )
    if before is not None:
        of_range = of_range.where(image_search.c.image_id < before)
    recent = of_range.cte("recent")
    matches = select(recent.c.image_id).where(matching(search, recent)).cte("matches")
    counts = select(_size(recent), _size(matches), _newest(matches, limit))
    rows, matching_rows, ids = connection.execute(counts).one()
    return Glance(rows, matching_rows, ids, is_complete=rows < most)


def count_matches(connection: Connection, search: Search, glance: Glance) -> int:
    """How many images match, at most MAX_COUNT + 1; glance: at the newest of them."""
    if glance.is_complete:
        return glance.matches
    if is_countable(search):
        count = count_by_tag(connection, search, MAX_COUNT + 1)
        if count is not None:
            return count
    if glance.is_dense:
        return _count(connection, matches_of(search, None))
    with bitmaps_only(connection):
        return _count(connection, matches_of(search, None))


def matches_of(search: Search, before: UUID | None) -> Select[tuple[UUID]]:
    """All images that match, in no order, from `before` backwards in time."""
    query = select(image_search.c.image_id).where(
        *range_of(search, image_search.c.image_id, image_search.c.owner),
        matching(search, image_search),
    )
    return query if before is None else query.where(image_search.c.image_id < before)


def _find_any(
    connection: Connection, search: Search, limit: int, before: UUID | None, count: bool
) -> FoundPage:
    """The same where images without any tag may match as well."""
    query = select(images.c.id).where(
        images.c.same_as.is_(None), *range_of(search, images.c.id, images.c.owner)
    )
    if search.statuses != STATUSES:
        query = query.where(images.c.status.in_(sorted(search.statuses)))
    if search.wanted != ANYTHING:
        untagged = and_(image_search.c.image_id.is_(None), literal(matches_untagged(search.wanted)))
        query = query.outerjoin(image_search, image_search.c.image_id == images.c.id).where(
            or_(untagged, condition(search.wanted, search.qualities, image_search))
        )
    total = _count_any(connection, search, query) if count else None
    if before is not None:
        query = query.where(images.c.id < before)
    newest = query.order_by(images.c.id.desc()).limit(limit)
    return FoundPage(connection.scalars(newest).all(), total)


def _count_any(connection: Connection, search: Search, query: Select[tuple[UUID]]) -> int:
    """How many images match a query, at most MAX_COUNT + 1, with or without tags."""
    # Most images have tags, and a row of `image_search` is read in a fraction of the time.
    if search.statuses == STATUSES:
        tagged = _count(connection, matches_of(search, None))
        if tagged > MAX_COUNT:
            return tagged
    return _count(connection, query)


def _count(connection: Connection, query: Select[tuple[UUID]]) -> int:
    """How many rows a query has, at most MAX_COUNT + 1."""
    some = query.limit(MAX_COUNT + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def matching(search: Search, rows: FromClause) -> ColumnElement[bool]:
    """The condition on tags and status, on rows of `image_search`."""
    conditions = [condition(search.wanted, search.qualities, rows)]
    if search.qualities.matter and not needs_tag(search.wanted):
        conditions.append(any_tag(search.qualities, rows))
    return and_(*conditions, *status_of(search, rows.c.image_id))


def _size(rows: FromClause) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


def _newest(rows: FromClause, limit: int) -> ColumnElement[Sequence[UUID]]:
    newest = select(rows.c.image_id).order_by(rows.c.image_id.desc()).limit(limit)
    return func.array(newest.scalar_subquery(), type_=ARRAY(Uuid))

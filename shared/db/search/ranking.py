"""Images that match a search, the surest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import REAL

from shared.db.schema import decisions, image_search, image_tags
from shared.db.search.confident import is_countable
from shared.db.search.finding import MAX_COUNT, count_matches, look_through, matching
from shared.db.search.planning import no_whole_tables
from shared.db.search.search import Search, range_of
from shared.db.search.wanted import (
    CERTAIN,
    AllOf,
    Wanted,
    has_any,
    needs_tag,
    wanted_tags,
)

# Of each tag, this many of the surest images are looked at before the index on terms is asked.
LOOKED_AT = 2_000


@dataclass(frozen=True)
class PagePosition:
    """Where a page ended: by confidence, then by id."""

    confidence: float
    image_id: UUID


@dataclass(frozen=True)
class Ranked:
    """Some of the matches, the surest first. total: at most MAX_COUNT + 1; None: not wanted."""

    places: Sequence[PagePosition]
    total: int | None


def ranking_tags(wanted: Wanted) -> tuple[int, ...]:
    """The tags whose confidence orders the images: the first that is wanted, or its alternatives.

    Every match shows one of them. Empty where nothing is wanted for sure.
    """
    if not needs_tag(wanted):
        return ()
    if isinstance(wanted, AllOf):
        return ranking_tags(next(part for part in wanted.parts if needs_tag(part)))
    return tuple(dict.fromkeys(tag for shows in wanted_tags(wanted) for tag in shows.tag_ids))


def find_surest(
    connection: Connection, search: Search, limit: int, *, after: PagePosition | None, count: bool
) -> Ranked:
    """The matches that show the first wanted tag the most surely, from `after` on."""
    tag_ids = ranking_tags(search.wanted)
    total = None
    if count:
        glance = look_through(connection, search, 0, None)
        is_rare = glance.matches < limit and not is_countable(search)
        if glance.is_complete or is_rare:
            return _rank_all(connection, search, tag_ids, limit, after)
        total = count_matches(connection, search, glance)
    places: Sequence[PagePosition] = _look_at_surest(connection, search, tag_ids, limit, after)
    if len(places) < limit:
        places = _rank_all(connection, search, tag_ids, limit, after).places
    return Ranked(places, total)


def _look_at_surest(
    connection: Connection,
    search: Search,
    tag_ids: Sequence[int],
    limit: int,
    after: PagePosition | None,
) -> list[PagePosition]:
    """The first matches among the surest images of these tags; fewer than limit: ask elsewhere."""
    parts = [part for tag_id in tag_ids for part in _surest_of(tag_id, after)]
    said = union_all(*parts).subquery()
    confidence = func.max(said.c.confidence).label("confidence")
    surest = (
        select(said.c.image_id, confidence)
        .group_by(said.c.image_id)
        .order_by(confidence.desc(), said.c.image_id.desc())
        .limit(LOOKED_AT)
        .cte("surest")
    )
    highest, rows = _confidence(tag_ids)
    query = (
        select(surest.c.image_id, surest.c.confidence)
        .select_from(rows if len(tag_ids) > 1 else image_search)
        .join(surest, surest.c.image_id == image_search.c.image_id)
        .where(
            *range_of(search, image_search.c.image_id, image_search.c.owner),
            matching(search, image_search),
        )
        .order_by(surest.c.confidence.desc(), surest.c.image_id.desc())
        .limit(limit)
    )
    if len(tag_ids) > 1:
        # One that stood on an earlier page for another of the tags is not shown again.
        query = query.where(surest.c.confidence == highest)
    return [PagePosition(row.confidence, row.image_id) for row in connection.execute(query)]


def _surest_of(tag_id: int, after: PagePosition | None) -> list[Select[UUID, float]]:
    """The surest images of one tag: those that people gave it, and those that the model did."""
    decided = decisions.alias()
    is_decided = exists().where(
        decided.c.image_id == image_tags.c.image_id, decided.c.tag_id == tag_id
    )
    by_people = (
        select(decisions.c.image_id, cast(CERTAIN, REAL).label("confidence"))
        .where(decisions.c.tag_id == tag_id, decisions.c.present)
        .order_by(decisions.c.image_id.desc())
        .limit(LOOKED_AT)
    )
    by_model = (
        select(image_tags.c.image_id, image_tags.c.confidence)
        .where(image_tags.c.tag_id == tag_id, ~is_decided)
        .order_by(image_tags.c.confidence.desc(), image_tags.c.image_id.desc())
        .limit(LOOKED_AT)
    )
    if after is not None:
        if after.confidence >= CERTAIN:
            by_people = by_people.where(decisions.c.image_id < after.image_id)
        else:
            by_people = by_people.where(literal(False))
        by_model = by_model.where(_is_behind(after, image_tags.c.confidence, image_tags.c.image_id))
    return [
        select(part.c.image_id, part.c.confidence)
        for part in (by_people.subquery(), by_model.subquery())
    ]


def _rank_all(
    connection: Connection,
    search: Search,
    tag_ids: Sequence[int],
    limit: int,
    after: PagePosition | None,
) -> Ranked:
    """The same from all matches, which are counted along the way."""
    confidence, rows = _confidence(tag_ids)
    ranked = (
        select(image_search.c.image_id, confidence.label("confidence"))
        .select_from(rows)
        .where(
            *range_of(search, image_search.c.image_id, image_search.c.owner),
            matching(search, image_search),
        )
        .subquery()
    )
    total = func.count().over().label("total")
    query = select(ranked.c.image_id, ranked.c.confidence, total)
    if after is not None:
        query = query.where(_is_behind(after, ranked.c.confidence, ranked.c.image_id))
    query = query.order_by(ranked.c.confidence.desc(), ranked.c.image_id.desc())
    with no_whole_tables(connection):
        found = connection.execute(query.limit(limit)).all()
    places = [PagePosition(row.confidence, row.image_id) for row in found]
    return Ranked(places, min(found[0].total, MAX_COUNT + 1) if found else 0)


def _confidence(tag_ids: Sequence[int]) -> tuple[ColumnElement[float], FromClause]:
    """How surely images show one of the tags, and the rows of `image_search` joined for it.

    By joins, so that Postgres may read a tag's rows in one go where many images match.
    """
    rows: FromClause = image_search
    confidences = []
    for tag_id in tag_ids:
        by_model = image_tags.alias()
        is_of_tag = and_(
            by_model.c.image_id == image_search.c.image_id, by_model.c.tag_id == tag_id
        )
        rows = rows.outerjoin(by_model, is_of_tag)
        confidences.append(
            case(
                (has_any(image_search, [-tag_id]), cast(CERTAIN, REAL)),
                (has_any(image_search, [tag_id]), by_model.c.confidence),
            )
        )
    return func.greatest(*confidences), rows


def _is_behind(
    after: PagePosition, confidence: ColumnElement[float], image_id: ColumnElement[UUID]
) -> ColumnElement[bool]:
    return tuple_(confidence, image_id) < tuple_(cast(after.confidence, REAL), after.image_id)

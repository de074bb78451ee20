"""What images have to show, as a tree of tags, and as a condition on `image_search`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    cast,
    false,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL

from shared.db.schema import image_tags, shown_tags
from shared.db.search.bands import bands_of

PEOPLE, MODEL = "people", "model"
# What people say.
CERTAIN = 1.0


@dataclass(frozen=True)
class Shows:
    """One of these tags is shown; several where a name has several meanings."""

    tag_ids: tuple[int, ...]


@dataclass(frozen=True)
class AllOf:
    """Each of these applies; nothing: always."""

    parts: tuple[Wanted, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one of these applies."""

    parts: tuple[Wanted, ...]


@dataclass(frozen=True)
class Not:
    """This does not apply."""

    part: Wanted


Wanted = Shows | AllOf | AnyOf | Not
ANYTHING = AllOf(())
NO_IMAGE = AnyOf(())


@dataclass(frozen=True)
class Qualities:
    """How a wanted tag has to be shown: by whom, and how sure, 0 to 1. Empty and None: any."""

    sources: frozenset[str] = frozenset()
    min_confidence: float | None = None
    max_confidence: float | None = None

    @property
    def source(self) -> str | None:
        """The one source that counts; None: both do."""
        return next(iter(self.sources)) if len(self.sources) == 1 else None

    @property
    def matter(self) -> bool:
        """Whether anything is asked for."""
        return self.source is not None or self.limits_confidence

    @property
    def limits_confidence(self) -> bool:
        """Whether confidence matters."""
        return self.min_confidence is not None or self.max_confidence is not None

    def includes(self, confidence: float) -> bool:
        """Whether a tag of this confidence is sure enough, and not too sure."""
        low, high = self.min_confidence or 0.0, self.max_confidence
        return low <= confidence and (high is None or confidence <= high)


def all_of(parts: Sequence[Wanted]) -> Wanted:
    """Return the condition that each of the parts applies."""
    if NO_IMAGE in parts:
        return NO_IMAGE
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def any_of(parts: Sequence[Wanted]) -> Wanted:
    """Return the condition that at least one of the parts applies."""
    possible = tuple(part for part in parts if part != NO_IMAGE)
    return possible[0] if len(possible) == 1 else AnyOf(possible)


def wanted_tags(wanted: Wanted) -> Iterator[Shows]:
    """The tags that images are to show, without those behind a `Not`, in their order."""
    if isinstance(wanted, Shows):
        yield wanted
    elif isinstance(wanted, AllOf | AnyOf):
        for part in wanted.parts:
            yield from wanted_tags(part)


def needs_tag(wanted: Wanted) -> bool:
    """Whether no image without a tag can match, so that the index on tags can find all of them."""
    if isinstance(wanted, AllOf):
        return any(map(needs_tag, wanted.parts))
    if isinstance(wanted, AnyOf):
        return all(map(needs_tag, wanted.parts))
    return isinstance(wanted, Shows)


def matches_untagged(wanted: Wanted) -> bool:
    """Whether an image without any tag matches."""
    if isinstance(wanted, Shows):
        return False
    if isinstance(wanted, Not):
        return not matches_untagged(wanted.part)
    if isinstance(wanted, AnyOf):
        return any(map(matches_untagged, wanted.parts))
    return all(map(matches_untagged, wanted.parts))


def condition(wanted: Wanted, qualities: Qualities, rows: FromClause) -> ColumnElement[bool]:
    """Conditions on rows of `image_search`. An excluded tag counts from people and model alike."""
    if isinstance(wanted, Shows):
        return _shows(wanted.tag_ids, qualities, rows)
    if isinstance(wanted, Not):
        return not_(condition(wanted.part, Qualities(), rows))
    if isinstance(wanted, AnyOf):
        return or_(false(), *(condition(part, qualities, rows) for part in wanted.parts))
    return and_(true(), *(condition(part, qualities, rows) for part in wanted.parts))


def any_tag(qualities: Qualities, rows: FromClause) -> ColumnElement[bool]:
    """The condition on rows of `image_search` where qualities are asked for and no tag is."""
    # Terms are sorted, and those of people are negative.
    by_people = and_(rows.c.terms[1] < 0, literal(qualities.includes(CERTAIN)))
    if qualities.source == PEOPLE:
        return by_people
    by_model = _any_by_model(qualities, rows)
    return by_model if qualities.source == MODEL else or_(by_people, by_model)


def _any_by_model(qualities: Qualities, rows: FromClause) -> ColumnElement[bool]:
    bands = bands_of(qualities.min_confidence, qualities.max_confidence)
    sure = rows.c.confidence_bands.bitwise_and(bands.inside) != 0
    if not bands.edges:
        return sure
    shown = select(true()).where(
        shown_tags.c.image_id == rows.c.image_id,
        shown_tags.c.source == MODEL,
        *within(shown_tags.c.confidence, qualities),
    )
    near = rows.c.confidence_bands.bitwise_and(bands.edges) != 0
    return or_(sure, and_(near, _looked_up(shown)))


def _looked_up(rows: Select[bool]) -> ColumnElement[bool]:
    """Whether such rows exist, looked up for one image at a time.

    EXISTS would let Postgres read the whole table for all images at once.
    """
    return rows.limit(1).scalar_subquery().is_(True)


def _shows(tag_ids: Sequence[int], qualities: Qualities, rows: FromClause) -> ColumnElement[bool]:
    if not qualities.matter:
        return has_any(rows, tag_ids)
    if qualities.source == PEOPLE:
        by_people = has_any(rows, [-tag_id for tag_id in tag_ids])
        return and_(by_people, literal(qualities.includes(CERTAIN)))
    # The first part is what the index finds.
    said = or_(*(_is_said(tag_id, qualities, rows) for tag_id in tag_ids))
    return and_(has_any(rows, tag_ids), said)


def _is_said(tag_id: int, qualities: Qualities, rows: FromClause) -> ColumnElement[bool]:
    """Whether a tag is shown as qualities ask for."""
    by_people = has_any(rows, [-tag_id])
    by_model = and_(has_any(rows, [tag_id]), not_(by_people))
    if qualities.limits_confidence:
        bands = bands_of(qualities.min_confidence, qualities.max_confidence)
        row = select(true()).where(
            image_tags.c.image_id == rows.c.image_id,
            image_tags.c.tag_id == tag_id,
            *within(image_tags.c.confidence, qualities),
        )
        possible = rows.c.confidence_bands.bitwise_and(bands.inside | bands.edges) != 0
        by_model = and_(by_model, possible, _looked_up(row))
    if qualities.source == MODEL or not qualities.includes(CERTAIN):
        return by_model
    return or_(by_people, by_model)


def within(confidence: ColumnElement[float], qualities: Qualities) -> list[ColumnElement[bool]]:
    """The limits of confidence as conditions."""
    limits: list[ColumnElement[bool]] = []
    if qualities.min_confidence is not None:
        limits.append(confidence >= cast(qualities.min_confidence, REAL))
    if qualities.max_confidence is not None:
        limits.append(confidence <= cast(qualities.max_confidence, REAL))
    return limits


def has_any(rows: FromClause, terms: Sequence[int]) -> ColumnElement[bool]:
    """Whether rows of `image_search` have one of the terms."""
    return rows.c.terms.overlap(cast(list(terms), ARRAY(Integer)))

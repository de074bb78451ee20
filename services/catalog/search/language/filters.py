"""Interpret the filters of a search."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.catalog.search.language.errors import QueryError
from services.catalog.search.language.syntax import Filter, Filters, Word
from services.catalog.themes.table import load_themes

KINDS = ("owner", "theme", "after", "before", "source", "status", "confidence")
STATUSES = ("queued", "tagged", "failed")
SOURCES = ("people", "model")
# For the others, another filter without a minus means the same.
CAN_BE_NEGATED = ("owner", "theme", "status")
PLURALS = {"owner": "owners", "theme": "themes", "status": "statuses"}
_PART_OF_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def read_filters(written: Sequence[Filter]) -> Filters:
    """Combine filters: owners and statuses as alternatives; the others must all hold.

    Raises:
        QueryError: a filter or its value is unknown.
    """
    filters = Filters()
    for one in written:
        filters = _narrow(filters, one)
    return filters


def _narrow(filters: Filters, one: Filter) -> Filters:
    kind, value = one.kind, one.value
    if kind not in KINDS:
        raise QueryError(
            f"There is no filter {kind!r}; filters are {', '.join(f'{k}:' for k in KINDS)}. "
            "Put a name with a colon in quotes.",
            one.whole.start,
            one.whole.end,
        )
    if one.negated and kind not in CAN_BE_NEGATED:
        raise QueryError(
            f"{kind}: cannot be negated; only owner:, theme: and status: can.",
            one.whole.start,
            one.whole.end,
        )
    if not value.text and kind != "owner":
        raise QueryError(f"{kind}: needs a value.", one.whole.start, one.whole.end)
    if kind in CAN_BE_NEGATED:
        name = ("without_" if one.negated else "") + PLURALS[kind]
        return replace(filters, **{name: getattr(filters, name) | {_name(kind, value)}})
    if kind == "source":
        return replace(filters, sources=filters.sources | {_one_of(value, SOURCES)})
    if kind == "after":
        moment = read_moment(value)
        return replace(filters, after=max(filters.after or moment, moment))
    if kind == "before":
        moment = read_moment(value)
        return replace(filters, before=min(filters.before or moment, moment))
    return _limit_confidence(filters, one)


def read_moment(value: Word) -> datetime:
    """Return the first moment of a year, month or day, or an ISO time, in UTC.

    Raises:
        QueryError: it is not a date or time.
    """
    text = value.text.strip()
    try:
        if part := _PART_OF_DATE.fullmatch(text):
            year, month, day = (int(number or 1) for number in part.groups())
            return datetime(year, month, day, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"{text!r} is not a date; write 2026-01-31, 2026-01 or 2026-01-31T18:00Z.",
            value.start,
            value.end,
        ) from error
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _limit_confidence(filters: Filters, one: Filter) -> Filters:
    try:
        limit = float(one.value.text)
    except ValueError:
        limit = -1.0
    if not 0 <= limit <= 1:
        raise QueryError(
            f"confidence is compared with a number from 0 to 1, not with {one.value.text!r}.",
            one.value.start,
            one.value.end,
        )
    if one.operator.startswith("<"):
        most = filters.max_confidence
        return replace(filters, max_confidence=limit if most is None else min(most, limit))
    current = filters.min_confidence
    return replace(filters, min_confidence=limit if current is None else max(current, limit))


def _name(kind: str, value: Word) -> str:
    """Return what an owner, a theme or a status is called."""
    if kind == "theme":
        return _theme(value)
    return _one_of(value, STATUSES) if kind == "status" else value.text


def _theme(value: Word) -> str:
    """Return the slug of a theme, which is written as its slug or its name."""
    text = value.text.strip().lower()
    for theme in load_themes().values():
        if text in (theme.slug, theme.name.lower()):
            return theme.slug
    raise QueryError(
        f"There is no theme {value.text!r}; GET /v1/themes lists them.", value.start, value.end
    )


def _one_of(value: Word, known: Sequence[str]) -> str:
    text = value.text.strip().lower()
    if text not in known:
        raise QueryError(
            f"{value.text!r} is unknown; use one of {', '.join(known)}.", value.start, value.end
        )
    return text

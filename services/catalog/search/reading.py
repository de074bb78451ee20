"""Combine the words of `q` and the other parameters of a request into a search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.catalog.search.documents import Criteria
from services.catalog.search.language import Filters, Query, QueryError, Word, parse
from services.catalog.search.language.filters import read_moment
from services.catalog.search.vocabulary import names_for
from services.catalog.search.words.meaning import Named, Term
from services.catalog.search.words.names import NameIndex
from services.catalog.search.words.resolving import resolve, texts_of
from services.catalog.themes.table import load_themes
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.search.search import STATUSES, Search
from shared.db.search.wanted import NO_IMAGE, Not, Qualities, Shows, Wanted, all_of, any_of
from shared.db.tags.themes import find_tag_ids
from shared.errors import BadRequest
from shared.web.context import context

# For terms in parameters other than `q`.
NOWHERE = -1


@dataclass(frozen=True)
class Understood:
    """A search, and how each part of the request was interpreted.

    has_parameters: whether tags are asked for beside `q`.
    """

    text: str
    search: Search
    query: Query
    terms: list[Term]
    has_parameters: bool = False

    @property
    def unknown(self) -> list[str]:
        """The words without a meaning."""
        return [term.word.text for term in self.terms if term.is_unknown]

    @property
    def can_match(self) -> bool:
        """Whether images can match: not if an unknown word is required."""
        return self.search.wanted != NO_IMAGE

    @property
    def tags(self) -> list[Named]:
        """The requested tags, without duplicates."""
        named = [term.reading.named for term in self.terms if not term.negated]
        return list(dict.fromkeys(tag for tag in named if tag is not None))


def understand(criteria: Criteria) -> Understood:
    """Return the search that a request describes.

    Raises:
        QueryError: `q` is not valid; the error gives the position.
        BadRequest: another parameter is not valid.
        Forbidden: it names an owner whose images the caller may not see.
    """
    query = parse(criteria.q)
    filters = _add_parameters(query.filters, criteria)
    access = caller_access()
    for owner in filters.owners:
        access.narrow(owner)
    # A search limited to one owner may use that owner's tags.
    scope = next(iter(filters.owners)) if len(filters.owners) == 1 else None
    texts = {*texts_of(query), *criteria.tag, *criteria.any, *criteria.without}
    names = names_for(texts, scope)
    wanted, terms = resolve(query, names)
    more, more_terms = _read_parameters(criteria, names)
    # Last: the order by confidence is that of the first tag.
    more += _themes(filters)
    search = Search(
        access,
        all_of([wanted, *more]),
        Qualities(filters.sources, filters.min_confidence, filters.max_confidence),
        filters.owners,
        filters.without_owners,
        (filters.statuses or STATUSES) - filters.without_statuses,
        filters.after,
        filters.before,
        criteria.newer_than,
    )
    return Understood(criteria.q, search, query, [*terms, *more_terms], bool(more_terms))


def describe_query(understood: Understood) -> dict[str, Any]:
    """Return the interpretation of the search as a document."""
    terms = [_describe_term(term) for term in understood.terms]
    filters = [
        {
            **_describe_word(one.whole),
            "kind": one.kind,
            "negated": one.negated,
            "group": None,
            "tag": None,
            "name": None,
            "value": one.operator + one.value.text,
            "how": None,
            "alternatives": [],
        }
        for one in understood.query.written
    ]
    in_order = sorted(
        [*terms, *filters], key=lambda term: (term["start"] is None, term["start"] or 0)
    )
    return {"text": understood.text, "terms": in_order}


def _read_parameters(criteria: Criteria, names: NameIndex) -> tuple[list[Wanted], list[Term]]:
    wanted: list[Wanted] = []
    terms: list[Term] = []

    def shows(text: str, negated: bool = False, group: int | None = None) -> Wanted:
        reading = names.read(text)
        terms.append(Term(Word(text, NOWHERE, NOWHERE), reading, negated, group))
        return NO_IMAGE if reading.named is None else Shows(reading.named.tag_ids)

    for text in criteria.tag:
        wanted.append(shows(text))
    for text in criteria.without:
        if (excluded := shows(text, negated=True)) != NO_IMAGE:
            wanted.append(Not(excluded))
    if criteria.any:
        wanted.append(any_of([shows(text, group=NOWHERE) for text in criteria.any]))
    return wanted, terms


def _themes(filters: Filters) -> list[Wanted]:
    """Return what themes ask for: any of their tags."""
    if not filters.themes and not filters.without_themes:
        return []
    with transaction(context().engine) as connection:
        shown = {
            slug: Shows(tuple(find_tag_ids(connection, load_themes()[slug].tags).values()))
            for slug in sorted(filters.themes | filters.without_themes)
        }
    return [
        *(shown[slug] for slug in sorted(filters.themes)),
        *(Not(shown[slug]) for slug in sorted(filters.without_themes)),
    ]


def _add_parameters(filters: Filters, criteria: Criteria) -> Filters:
    lows = (filters.min_confidence, criteria.min_confidence)
    highs = (filters.max_confidence, criteria.max_confidence)
    return replace(
        filters,
        owners=_narrowed("owner", filters.owners, criteria.owner),
        statuses=_narrowed("status", filters.statuses, criteria.status),
        sources=_narrowed("source", filters.sources, criteria.source),
        after=_later(filters.after, _read_moment("after", criteria.after)),
        before=_earlier(filters.before, _read_moment("before", criteria.before)),
        min_confidence=max((low for low in lows if low is not None), default=None),
        max_confidence=min((high for high in highs if high is not None), default=None),
    )


def _narrowed(kind: str, written: frozenset[str], given: str | None) -> frozenset[str]:
    if given is None:
        return written
    if written and given not in written:
        raise BadRequest(
            f"{kind}: is {' or '.join(sorted(written))} in q and {given} beside it; no image is "
            "both."
        )
    return frozenset({given})


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _read_moment(parameter: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return read_moment(Word(text, 0, len(text)))
    except QueryError as error:
        # Not from q, so a position in q would mislead.
        raise BadRequest(f"{parameter}: {error}") from error


def _describe_term(term: Term) -> dict[str, Any]:
    named = term.reading.named
    kind = "tag" if named else "ignored" if term.is_ignored else "unknown"
    return {
        **_describe_word(term.word),
        "kind": kind,
        "negated": term.negated,
        "group": term.group,
        "tag": named and named.slug,
        "name": named and named.name,
        "value": None,
        "how": term.reading.how,
        "alternatives": [{"tag": near.slug, "name": near.name} for near in term.reading.near],
    }


def _describe_word(word: Word) -> dict[str, Any]:
    is_in_text = word.start != NOWHERE
    return {
        "text": word.text,
        "start": word.start if is_in_text else None,
        "end": word.end if is_in_text else None,
    }

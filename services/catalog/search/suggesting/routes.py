"""`/v1/search/suggest`: complete a search while it is typed."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.catalog.search.documents import QUERY_CHARACTERS
from services.catalog.search.suggesting.typed import Typed, typed_at_end
from services.catalog.search.suggesting.values import filters_like, values_like
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.owners.access import Access
from shared.db.search.suggestions import count_showing, find_most_shown, find_owners_like
from shared.db.tags.tag_relatives import aliases_of
from shared.db.tags.tags import find_tag, list_tags
from shared.model.names.tag_names import composed
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

LIMIT = 8
MAX_LIMIT = 20
# A single letter would suggest too many filters.
MIN_LETTERS = 2
# How many of the tags with this beginning are compared.
CANDIDATES = 200
MAX_COUNTED = 1_000
OWNER = "owner"
# One word, except `or`, which is an operator.
_BARE = re.compile(r"(?!or$)[^\W_][\w.-]*", re.IGNORECASE)

suggesting = APIBlueprint("suggesting", __name__, abp_tags=[ApiTag(name="search")])


class SuggestQuery(Parameters):
    """The search so far."""

    q: str = Field(
        "", pattern=NO_NUL, max_length=QUERY_CHARACTERS, description="the unfinished search"
    )
    owner: str | None = Field(None, pattern=NO_NUL, description="whose tags and images")
    limit: int = Field(LIMIT, ge=1, le=MAX_LIMIT)


class Suggestion(BaseModel):
    """One way to complete the search: its first `start` characters, then `insert`."""

    kind: Literal["tag", "owner", "filter"]
    text: str = Field(description="to show")
    start: int = Field(description="where the part begins that is replaced")
    insert: str = Field(description="what replaces it; ends with : or > where a value is wanted")
    tag: str | None = Field(description="slug of the tag")
    images: int | None = Field(description="images that show it, if they are quickly counted")
    capped: bool = Field(description="whether there are more than `images`")
    also: str | None = Field(description="the other name of the tag that matched")


class Suggestions(BaseModel):
    """Suggestions, the best first."""

    suggestions: list[Suggestion]


@suggesting.get(
    "/v1/search/suggest",
    summary="Complete a search while it is typed",
    responses={200: Suggestions, 400: ProblemDocument, 403: ProblemDocument},
)
def get_suggestions(query: SuggestQuery) -> dict[str, Any]:
    """Completes the last word or filter.

    After a space, suggests what the newest images show most.
    """
    access = Access(caller_access().narrow(query.owner))
    parts = typed_at_end(query.q)
    last = parts[-1]
    found = list(_filters(last)) if last.kind or len(last.text) >= MIN_LETTERS else []
    with transaction(context().engine) as connection:
        if last.kind == OWNER:
            names = find_owners_like(connection, access, last.text, query.limit)
            found += [_owner(last, name) for name in names]
        elif not last.kind:
            found += _tags(connection, access, parts, query.limit)
    return Suggestions(suggestions=found[: query.limit]).model_dump()


def _filters(typed: Typed) -> Iterator[Suggestion]:
    for text in values_like(typed) if typed.kind else filters_like(typed):
        yield _suggest("filter", text, typed, text)


def _owner(typed: Typed, name: str) -> Suggestion:
    return _suggest("owner", name, typed, f"{typed.sign}owner:{_quoted(name)}")


def _tags(
    connection: Connection, access: Access, parts: Sequence[Typed], limit: int
) -> list[Suggestion]:
    """Suggest tags: those that complete the most words first, then the most shown."""
    found: dict[int, tuple[Typed, RowMapping]] = {}
    for typed in parts:
        for row in _rows(connection, access, typed):
            found.setdefault(row["id"], (typed, row))
    shown = find_most_shown(connection, access, len(found), list(found))
    places = {tag_id: place for place, tag_id in enumerate(shown)}

    def place(tag_id: int) -> tuple[int, bool, int, str]:
        typed, row = found[tag_id]
        # A tag whose name begins with the text comes before one with another name that does.
        is_alias = not row["name"].lower().startswith(typed.text.lower())
        return typed.start, is_alias, places.get(tag_id, len(places)), row["name"]

    best = sorted(found, key=place)[:limit]
    counts = count_showing(connection, access, best, MAX_COUNTED + 1)
    aliases = aliases_of(connection, best)
    return [
        _suggest(
            "tag",
            row["name"],
            typed,
            typed.sign + _quoted(row["name"]),
            tag=row["slug"],
            images=min(counts[tag_id], MAX_COUNTED) if tag_id in counts else None,
            capped=counts.get(tag_id, 0) > MAX_COUNTED,
            also=_other_name(row["name"], aliases[tag_id], typed.text.lower()),
        )
        for tag_id, (typed, row) in ((tag_id, found[tag_id]) for tag_id in best)
    ]


def _rows(connection: Connection, access: Access, typed: Typed) -> Sequence[RowMapping]:
    if not typed.text:
        shown = find_most_shown(connection, access, LIMIT)
        return [find_tag(connection, tag_id) for tag_id in shown]
    text = composed(typed.text)
    return list_tags(connection, access.owner, query=text, after=None, limit=CANDIDATES)


def _other_name(name: str, aliases: Sequence[str], beginning: str) -> str | None:
    if name.lower().startswith(beginning):
        return None
    return next((alias for alias in aliases if alias.lower().startswith(beginning)), None)


def _suggest(
    kind: Literal["tag", "owner", "filter"],
    text: str,
    typed: Typed,
    insert: str,
    *,
    tag: str | None = None,
    images: int | None = None,
    capped: bool = False,
    also: str | None = None,
) -> Suggestion:
    return Suggestion(
        kind=kind,
        text=text,
        start=typed.start,
        insert=insert,
        tag=tag,
        images=images,
        capped=capped,
        also=also,
    )


def _quoted(name: str) -> str:
    """Write a name so that the search reads it as one; quotes inside quotes cannot be written."""
    return name if _BARE.fullmatch(name) else '"' + name.replace('"', "") + '"'

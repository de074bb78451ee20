"""`/v1/search`: images by words."""

import re
from collections.abc import Iterator
from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from services.catalog.documents import LIST_LIMIT, LIST_MAX, ImageDocument
from shared.api.image_document import describe_images
from shared.auth.door import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import list_images
from shared.db.tags.lookup import Meaning
from shared.errors import BadRequest
from shared.web.context import context
from shared.web.problems import ProblemDocument
from shared.web.requests.cursors import cut_page, decode_id_cursor
from shared.web.requests.fields import NO_NUL
from shared.web.requests.named import find_tags_named

search = APIBlueprint("search", __name__, abp_tags=[ApiTag(name="search")])

QUERY_CHARACTERS = 200
MAX_WORDS = 20


class SearchQuery(BaseModel):
    """What to look for."""

    q: str = Field(pattern=NO_NUL, max_length=QUERY_CHARACTERS, description="words for tags")
    cursor: str | None = None
    limit: int = Field(LIST_LIMIT, ge=1, le=LIST_MAX)


class FoundTag(BaseModel):
    """A tag that words of the question mean."""

    tag: str = Field(description="the tag's slug")
    name: str


class SearchResults(BaseModel):
    """Images that show every tag that was asked for, the newest first."""

    tags: list[FoundTag] = Field(description="what the words mean")
    unknown: list[str] = Field(description="words that mean no tag; then there are no images")
    images: list[ImageDocument]
    next: str | None = Field(description="cursor of the next page")


@search.get(
    "/v1/search",
    summary="Search images by tag",
    responses={200: SearchResults, 400: ProblemDocument},
)
def get_search(query: SearchQuery) -> dict[str, Any]:
    """Words are slugs, names or aliases of tags; an image has to show all of them."""
    words = re.split(r"[\s,]+", query.q.strip(" ,"))
    if words == [""] or len(words) > MAX_WORDS:
        raise BadRequest(f"q: has to have 1 to {MAX_WORDS} words in it.")
    meant = list(_meanings(words))
    tags = {found.tag.slug: found for found in meant if isinstance(found, Meaning)}
    unknown = [word for word in meant if isinstance(word, str)]
    before = decode_id_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = (
            []
            if unknown
            else list_images(
                connection,
                caller_access(),
                tags=[found.ids for found in tags.values()],
                before=before,
                limit=query.limit + 1,
            )
        )
        page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
        documents = describe_images(connection, context().words, page)
    return {
        "tags": [{"tag": found.tag.slug, "name": found.tag.name} for found in tags.values()],
        "unknown": unknown,
        "images": documents,
        "next": cursor,
    }


def _meanings(words: list[str]) -> Iterator[Meaning | str]:
    """What words mean, the longest names first: "polar bear" is one tag; unknown words as such."""
    spans = [
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    ]
    meant = find_tags_named(spans)
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            meaning = meant.get(" ".join(words[start:end]))
            if meaning is not None:
                yield meaning
                break
        else:
            end = start + 1
            yield words[start]
        start = end

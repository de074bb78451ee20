"""`/v1/search`: find images by tags and other criteria."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from sqlalchemy import Connection, RowMapping

from services.catalog.search.by_text import find_by_text, prepare_text, text_of
from services.catalog.search.documents import Criteria, FoundIds, SearchQuery, SearchResults
from services.catalog.search.reading import Understood, describe_query, understand
from services.catalog.stacks.collapsing import ListPage, StackedPage, find_stacked
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images
from shared.db.search.finding import MAX_COUNT, find_newest
from shared.db.search.ranking import PagePosition, find_surest, ranking_tags
from shared.db.search.search import Search
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import decode_id_cursor, decode_ranked_cursor, encode_cursor

search = APIBlueprint("search", __name__, abp_tags=[ApiTag(name="search")])


@search.get(
    "/v1/search", summary="Search images", responses={200: SearchResults, 400: ProblemDocument}
)
def get_search(query: SearchQuery) -> dict[str, Any]:
    """Newest or most confident first. The response includes how each word was interpreted.

    Where words mean no tag and the network understands text, the images nearest to the whole text
    are found instead, up to 200.
    """
    understood = understand(query)
    documents: list[dict[str, Any]] = []
    cursor, total = None, None if query.cursor else 0
    text = text_of(understood)
    if text is not None:
        found = _find_rows_by_text(understood, text)
        total = len(found)
        with transaction(context().engine) as connection:
            documents = describe_images(connection, context().vocabulary, found[: query.limit])
    elif understood.can_match:
        with transaction(context().engine) as connection:
            page = _find_page(connection, understood.search, query)
            cursor, total = page.next, page.total
            rows = {
                row["id"]: row
                for row in find_images(connection, page.ids, understood.search.access)
            }
            # Images deleted meanwhile are left out.
            there = [rows[image_id] for image_id in page.ids if image_id in rows]
            documents = describe_images(connection, context().vocabulary, there)
            if isinstance(page, StackedPage):
                documents = page.add_stacks(documents)
    return {
        "tags": [{"tag": tag.slug, "name": tag.name} for tag in understood.tags],
        "unknown": [] if text is not None else understood.unknown,
        "by_text": text,
        "query": describe_query(understood),
        "images": documents,
        "next": cursor,
        "total": None if total is None else min(total, MAX_COUNT),
        "total_capped": total is not None and total > MAX_COUNT,
    }


@search.get(
    "/v1/search/ids",
    summary="Search images and get only their ids",
    responses={200: FoundIds, 400: ProblemDocument},
)
def get_search_ids(query: Criteria) -> dict[str, Any]:
    """Up to 10,000 images, newest first, for an action on all of them.

    A text that means no tag finds the same images as in `/v1/search`, the nearest first.
    """
    understood = understand(query)
    ids: Sequence[UUID] = []
    text = text_of(understood)
    if text is not None:
        ids = [row["id"] for row in _find_rows_by_text(understood, text)]
    elif understood.can_match:
        with transaction(context().engine) as connection:
            search = understood.search
            found = find_newest(connection, search, MAX_COUNT + 1, before=None, count=False)
            ids = found.ids
    return {"ids": [str(image_id) for image_id in ids[:MAX_COUNT]], "capped": len(ids) > MAX_COUNT}


def _find_rows_by_text(understood: Understood, text: str) -> Sequence[RowMapping]:
    embedded = prepare_text(text)
    if embedded is None:
        return []
    with transaction(context().engine) as connection:
        return find_by_text(connection, understood, embedded)


def _find_page(
    connection: Connection, search: Search, query: SearchQuery
) -> ListPage | StackedPage:
    """Return a page, with the total if it is the first one."""

    def find(cursor: str | None, limit: int) -> ListPage:
        return _find(connection, search, query.order, cursor, limit)

    def find_among(images: Collection[UUID]) -> Sequence[UUID]:
        few = replace(search, among=frozenset(images))
        return _find(connection, few, query.order, None, len(images)).ids

    if not query.stacks:
        return find(query.cursor, query.limit)
    return find_stacked(connection, query.limit, query.cursor, find, find_among)


def _find(
    connection: Connection, search: Search, order: str, cursor: str | None, limit: int
) -> ListPage:
    count = not cursor
    if order == "confidence" and ranking_tags(search.wanted):
        after = PagePosition(*decode_ranked_cursor(cursor)) if cursor else None
        ranked = find_surest(connection, search, limit + 1, after=after, count=count)
        places = ranked.places[:limit]
        last = f"{places[-1].confidence}/{places[-1].image_id}" if places else ""
        ids = [place.image_id for place in places]
        return ListPage(ids, _next(last, len(ranked.places), limit), ranked.total)
    before = decode_id_cursor(cursor) if cursor else None
    found = find_newest(connection, search, limit + 1, before=before, count=count)
    newest = found.ids[:limit]
    last = str(newest[-1]) if newest else ""
    return ListPage(newest, _next(last, len(found.ids), limit), found.total if count else None)


def _next(last: str, found: int, limit: int) -> str | None:
    return encode_cursor(last) if found > limit else None

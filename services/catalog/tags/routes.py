"""`/v1/tags`: the vocabulary."""

from collections.abc import Sequence
from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from sqlalchemy import Connection, RowMapping

from services.catalog.documents import TagDocument, TagList, TagPath, TagQuery, TagsQuery
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.tags.tag_relatives import aliases_of, children_of, parents_of
from shared.db.tags.tags import find_tag, list_tags
from shared.errors import BadRequest
from shared.model.names.tag_names import composed
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_cursor
from shared.web.requests.named import resolve_tag

tags = APIBlueprint("tags", __name__, abp_tags=[ApiTag(name="vocabulary")])


@tags.get("/v1/tags", summary="List tags", responses={200: TagList, 400: ProblemDocument})
def get_tags(query: TagsQuery) -> dict[str, Any]:
    """By slug. `q` matches the beginning of a slug, name or alias."""
    if query.q is not None and "\x00" in query.q:
        raise BadRequest("q: has a NUL character in it.")
    owner = caller_access().narrow(query.owner)
    with transaction(context().engine) as connection:
        rows = list_tags(
            connection,
            owner,
            query=None if query.q is None else composed(query.q),
            after=_decode(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        page, cursor = cut_page(rows, query.limit, lambda row: f"{row['id']} {row['slug']}")
        documents = _describe(connection, page)
    return {"tags": documents, "next": cursor}


@tags.get(
    "/v1/tags/<slug>", summary="Get a tag", responses={200: TagDocument, 404: ProblemDocument}
)
def get_tag(path: TagPath, query: TagQuery) -> dict[str, Any]:
    """Includes its aliases, and its wider and narrower tags."""
    tag = resolve_tag(path.slug, query.owner).tag
    with transaction(context().engine) as connection:
        return _describe(connection, [find_tag(connection, tag.id)])[0]


def _decode(cursor: str) -> tuple[str, int]:
    tag_id, _, slug = decode_cursor(cursor).partition(" ")
    if not tag_id.isdecimal():
        raise BadRequest(
            f"The cursor {cursor[:100]!r} is malformed; use `next` of the previous page."
        )
    return slug, int(tag_id)


def _describe(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    ids = [row["id"] for row in rows]
    everyday = context().vocabulary.get().vocabulary.everyday
    aliases = aliases_of(connection, ids)
    parents = parents_of(connection, ids)
    children = children_of(connection, ids)
    return [
        {
            "tag": row["slug"],
            "name": row["name"],
            "kind": row["kind"],
            "everyday": row["kind"] == "wordnet" and row["slug"] in everyday,
            "owner": row["owner"],
            "definition": row["definition"],
            "wordnet_id": row["wordnet_id"],
            "aliases": aliases[row["id"]],
            "parents": parents[row["id"]],
            "children": children[row["id"]],
        }
        for row in rows
    ]

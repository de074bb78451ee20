"""`PATCH`, merge and `DELETE` of `/v1/tags/{tag}`: edit custom tags."""

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy import Connection

from services.feedback.documents import PageQuery
from services.feedback.tags.edit_documents import (
    Edit,
    EditedTag,
    EditedTagPath,
    Edits,
    MergedTag,
    MergeRequest,
    TagChange,
    WhoseQuery,
)
from shared.auth.authentication import caller_access, caller_is_admin, caller_key_id
from shared.db.connection.engine import transaction
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.db.models.runs.runs import insert_run
from shared.db.tags.custom.editing import delete_tag, merge_tags, publish_tag, rename_tag
from shared.db.tags.custom.edits import begin_edit, list_edits
from shared.db.tags.known_tag import KnownTag
from shared.db.tags.lookup import find_named
from shared.errors import BadRequest, Conflict, Forbidden, NotFound
from shared.messaging.celery_app import FINETUNE, RETAG
from shared.messaging.publisher import publish_hint
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_number_cursor

editing = APIBlueprint("editing", __name__, abp_tags=[Tag(name="vocabulary")])

ANSWERS = {403: ProblemDocument, 404: ProblemDocument, 409: ProblemDocument}


@editing.patch(
    "/v1/tags/<slug>", summary="Rename or publish a tag", responses={200: EditedTag, **ANSWERS}
)
def patch_tag(path: EditedTagPath, query: WhoseQuery, body: TagChange) -> dict[str, Any]:
    """Renames a custom tag, or shares an owner's tag with all owners."""
    here = context()
    with transaction(here.engine) as connection:
        begin_edit(connection)
        tag = _find_editable(connection, path.slug, query.owner)
        if body.name is not None:
            _refuse_taken(connection, tag, body.name, tag.owner)
            rename_tag(connection, tag, body.name, caller_key_id())
            tag = _find_editable(connection, body.name, query.owner)
        if body.shared and tag.owner is not None:
            if not caller_is_admin() or caller_access().owner is not None:
                raise Forbidden(
                    "Publishing a tag needs an admin's key that is not bound to an owner."
                )
            _refuse_taken(connection, tag, tag.name, None)
            publish_tag(connection, tag, caller_key_id())
            queue_job(connection, RetagScope(tag_id=tag.id))
            tag = _find_editable(connection, tag.name, None)
    publish_hint(here.celery, RETAG)
    return _describe(tag)


@editing.post(
    "/v1/tags/<slug>/merge",
    summary="Merge a tag into another",
    responses={200: MergedTag, **ANSWERS},
)
def post_merge(path: EditedTagPath, query: WhoseQuery, body: MergeRequest) -> dict[str, Any]:
    """Corrections and aliases move to the remaining tag. The other tag's name becomes an alias."""
    here = context()
    index = here.vocabulary.get()
    with transaction(here.engine) as connection:
        begin_edit(connection)
        tag = _find_editable(connection, path.slug, query.owner)
        into = _find(connection, body.into, query.owner)
        if into.id == tag.id:
            raise BadRequest(f"{path.slug!r} and {body.into!r} are already the same tag.")
        if into.owner not in (None, tag.owner):
            raise Conflict(
                f"{into.slug!r} is a tag of {into.owner!r} alone, and {tag.slug!r} is "
                f"{'shared by all' if tag.owner is None else f'a tag of {tag.owner!r}'}; publish "
                f"{into.slug!r} first."
            )
        moved = merge_tags(connection, index, tag, into, caller_key_id())
        if moved and into.kind == "custom":
            insert_run(connection, "tag", into.id)
    publish_hint(here.celery, FINETUNE)
    return {**_describe(into), "corrections": moved}


@editing.delete("/v1/tags/<slug>", summary="Delete a tag", responses={204: None, **ANSWERS})
def delete(path: EditedTagPath, query: WhoseQuery) -> Response:
    """Also deletes all corrections of this tag. The record of edits remains."""
    with transaction(context().engine) as connection:
        begin_edit(connection)
        tag = _find_editable(connection, path.slug, query.owner)
        delete_tag(connection, tag, caller_key_id())
    return Response(status=204)


@editing.get("/v1/tag-edits", summary="List edits of tags", responses={200: Edits})
def get_edits(query: PageQuery) -> dict[str, Any]:
    """Renamed, merged, published and deleted tags, with their previous values."""
    before = decode_number_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = list_edits(connection, caller_access().owner, before=before, limit=query.limit + 1)
    page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
    edits = [
        Edit(
            **{name: row[name] for name in ("id", "action", "name", "owner", "details")},
            tag=row["slug"],
            key=row["made_by"],
            created_at=row["created_at"],
        ).model_dump(mode="json")
        for row in page
    ]
    return {"edits": edits, "next": cursor}


def _find(connection: Connection, text: str, owner: str | None) -> KnownTag:
    """Return the one tag that a text means.

    Raises:
        NotFound: it means no tag that the caller sees.
        Conflict: several owners have such a tag.
    """
    index = context().vocabulary.get(connection)
    meaning = find_named(connection, index, [text], caller_access().narrow(owner)).get(text)
    if meaning is None:
        raise NotFound(f"There is no tag {text!r}; GET /v1/tags?q= finds tags by their beginning.")
    if meaning.tag.owner is not None and len(meaning.tags) > 1:
        raise Conflict(f"Several owners have a tag {text!r}; say whose with owner=.")
    return meaning.tag


def _find_editable(connection: Connection, text: str, owner: str | None) -> KnownTag:
    """Return the tag that a text means, if the caller may edit it.

    Raises:
        NotFound, Conflict: as above, or the tag is part of the vocabulary.
        Forbidden: the tag is shared, and the caller's key is bound to an owner.
    """
    tag = _find(connection, text, owner)
    if tag.kind == "wordnet":
        raise Conflict(f"{tag.slug!r} is a tag of the vocabulary, which stays as it is.")
    if tag.owner is None and (caller_access().owner is not None or not caller_is_admin()):
        raise Forbidden(
            f"{tag.slug!r} is shared by all owners; editing it needs an admin's key that is not "
            "bound to an owner."
        )
    return tag


def _refuse_taken(connection: Connection, tag: KnownTag, name: str, owner: str | None) -> None:
    """Raise an error if another tag that the owner sees has this name.

    owner: None: check the shared tags.

    Raises:
        Conflict: the name is taken.
    """
    index = context().vocabulary.get(connection)
    meaning = find_named(connection, index, [name], owner).get(name)
    others = [
        other
        for other in (meaning.tags if meaning else ())
        if other.id != tag.id and (owner is not None or other.owner is None)
    ]
    if others:
        raise Conflict(
            f"There is already a tag {others[0].slug!r}; merge {tag.slug!r} into it instead."
        )


def _describe(tag: KnownTag) -> dict[str, Any]:
    return {"tag": tag.slug, "name": tag.name, "owner": tag.owner}

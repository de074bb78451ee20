"""`/v1/images`: one image, lists, files."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from sqlalchemy import RowMapping

from services.catalog.documents import (
    ImageDocument,
    Images,
    ImagesQuery,
    ShownTagsQuery,
    ThumbnailQuery,
)
from services.catalog.images.selection import tags_asked_for
from services.catalog.images.suggesting import suggest_hashtags
from services.catalog.stacks.collapsing import ListPage, find_stacked
from shared.auth.authentication import caller_access
from shared.db.connection.engine import run_again_if_deadlocked, transaction
from shared.db.images.deleting import delete_image
from shared.db.images.images import list_images
from shared.errors import NotFound
from shared.pictures import MIME_TYPES
from shared.pictures.isolated import Limits
from shared.pictures.renditions.renderer import shared_renderer
from shared.pictures.renditions.thumbnails import load_thumbnail
from shared.storage.blob_reader import BlobReader
from shared.storage.deleting import delete_files
from shared.storage.storage import SCREEN_SIDE, file_keys, original_key
from shared.web.answers.image_document import (
    describe_image,
    describe_images,
)
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_id_cursor
from shared.web.requests.fields import ImagePath
from shared.web.requests.named import find_row, resolve_tag

images = APIBlueprint(
    "images", __name__, abp_tags=[ApiTag(name="images")], abp_responses={404: ProblemDocument}
)
# The file of an id never changes.
CACHE_SECONDS = 24 * 3600


@images.get(
    "/v1/images/<image_id>", summary="Get an image and its tags", responses={200: ImageDocument}
)
def get_image(path: ImagePath, query: ShownTagsQuery) -> dict[str, Any]:
    """Includes the tags that the server shows. Choose others by confidence, precision or name."""
    row = find_row(path.image_id)
    min_confidence = query.min_confidence
    is_lower = min_confidence is not None and min_confidence < context().settings.min_confidence
    if query.tags is not None or query.precision is not None or is_lower:
        document = describe_image(row, tags_asked_for(row, query))
    else:
        with transaction(context().engine) as connection:
            document = describe_images(
                connection, context().vocabulary, [row], min_confidence or 0
            )[0]
        document = {**document, "tags": document["tags"][: query.max_tags]}
    if query.suggest is None:
        return document
    with transaction(context().engine) as connection:
        suggested = suggest_hashtags(connection, row, document["tags"])
    return {**document, "suggested_hashtags": suggested}


@images.get("/v1/images", summary="List images", responses={200: Images})
def get_images(query: ImagesQuery) -> dict[str, Any]:
    """Newest first. Filter by tag, owner and status."""
    caller_access().narrow(query.owner)
    tags = [resolve_tag(name, query.owner).ids for name in query.tag]
    with transaction(context().engine) as connection:
        found: dict[UUID, RowMapping] = {}

        def find(cursor: str | None, limit: int, among: Collection[UUID] | None = None) -> ListPage:
            rows = list_images(
                connection,
                caller_access(),
                tags=tags,
                owner=query.owner,
                status=query.status,
                among=among,
                before=decode_id_cursor(cursor) if cursor else None,
                limit=limit + 1,
            )
            page, following = cut_page(rows, limit, lambda row: row["id"])
            found.update({row["id"]: row for row in page})
            return ListPage([row["id"] for row in page], following)

        if not query.stacks:
            page = find(query.cursor, query.limit)
            rows = [found[image_id] for image_id in page.ids]
            return {
                "images": describe_images(connection, context().vocabulary, rows),
                "next": page.next,
            }
        stacked = find_stacked(
            connection,
            query.limit,
            query.cursor,
            find,
            lambda members: find(None, len(members), members).ids,
        )
        rows = [found[image_id] for image_id in stacked.ids]
        documents = describe_images(connection, context().vocabulary, rows)
        return {"images": stacked.add_stacks(documents), "next": stacked.next}


@images.delete("/v1/images/<image_id>", summary="Delete an image", responses={204: None})
def delete(path: ImagePath) -> Response:
    """Also deletes the image's file, thumbnails, tags, embedding and corrections.

    If the storage cannot delete the file now, it is deleted later; the response is 204 either way.
    """
    row = find_row(path.image_id)
    gone = run_again_if_deadlocked(
        context().engine, lambda connection: delete_image(connection, row["id"])
    )
    delete_files(context().engine, context().storage, file_keys(gone))
    return Response(status=204)


@images.get("/v1/images/<image_id>/file", summary="Download the original file")
def get_file(path: ImagePath) -> Response:
    """The content type comes from the file's content, not its name.

    Range requests are supported.
    """
    row = find_row(path.image_id)
    if row["sha256"] is None:
        raise NotFound("The file of this image has not been fetched.")
    content = context().storage.open(original_key(row["id"]))
    response = _file_response(content, MIME_TYPES[row["format"]])
    response.content_length = content.size
    response.set_etag(bytes(row["sha256"]).hex())
    response.make_conditional(request, accept_ranges=True, complete_length=content.size)
    return response


@images.get("/v1/images/<image_id>/thumbnail", summary="Get a thumbnail")
def get_thumbnail(path: ImagePath, query: ThumbnailQuery) -> Response:
    """Upright, and without the original's metadata."""
    return _rendition(path.image_id, query.size)


@images.get("/v1/images/<image_id>/screen", summary="Get a version that fits a screen")
def get_screen(path: ImagePath) -> Response:
    """A JPEG of at most 2,048 pixels a side, upright, and without the original's metadata."""
    return _rendition(path.image_id, SCREEN_SIDE)


def _rendition(image_id: str, side: int) -> Response:
    """Return a smaller version of a tagged image as a response."""
    row = find_row(image_id)
    if row["status"] != "tagged":
        raise NotFound(f"There is no smaller version of an image that is {row['status']}.")
    here = context()
    limits = Limits(here.settings.decode_seconds, here.settings.decode_memory_bytes)
    data = load_thumbnail(here.engine, here.storage, shared_renderer(limits), row, side)
    response = _file_response(data, "image/jpeg")
    response.set_etag(f"{bytes(row['sha256']).hex()}-{side}")
    response.make_conditional(request)
    return response


def _file_response(content: bytes | BlobReader, mime_type: str) -> Response:
    # Passed through directly, so that range requests can seek in the blob.
    is_stream = isinstance(content, BlobReader)
    response = Response(content, mimetype=mime_type, direct_passthrough=is_stream)
    response.cache_control.private = True
    response.cache_control.max_age = CACHE_SECONDS
    return response

"""`/v1/images`: one image, lists, files."""

from typing import Any
from uuid import UUID

import numpy as np
from flask import Response
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from sqlalchemy import RowMapping

from services.catalog.cursors import decode_image_cursor, encode_cursor
from services.catalog.documents import Image, ImagePath, Images, ImagesQuery, ShownTagsQuery
from services.catalog.thumbnails import load_thumbnail
from shared.db.engine import transaction
from shared.db.images import delete_image, find_embedding, find_image, list_images
from shared.db.tags import ShownTag
from shared.errors import BadRequest, NotFound
from shared.head import choose_tags
from shared.image_document import describe_image, describe_images, describe_tag, describe_tags
from shared.image_ids import parse_image_id
from shared.pictures import MIME_TYPES
from shared.scorer import Scorer
from shared.storage import original_key, thumbnail_key
from shared.web.context import context
from shared.web.problems import Problem

images = APIBlueprint(
    "images", __name__, abp_tags=[ApiTag(name="images")], abp_responses={404: Problem}
)
# A file under one id never changes.
CACHE_SECONDS = 24 * 3600


@images.get("/v1/images/<image_id>", summary="An image and its tags", responses={200: Image})
def get_image(path: ImagePath, query: ShownTagsQuery) -> dict[str, Any]:
    """Tags below the server's own limit, and the confidence of named ones, can be asked for."""
    row = _find(path)
    if query.tags is not None:
        return describe_image(row, _named_tags(row, query.tags))
    lower = query.min_confidence
    if lower is not None and lower < context().settings.min_confidence:
        return describe_image(row, _scored_tags(row, lower)[: query.max_tags])
    with transaction(context().engine) as connection:
        document = describe_images(connection, context().words, [row], lower or 0)[0]
    return {**document, "tags": document["tags"][: query.max_tags]}


@images.get("/v1/images", summary="Images, the newest first", responses={200: Images})
def get_images(query: ImagesQuery) -> dict[str, Any]:
    """Filtered by tag, owner and status; `next` is the cursor of the next page."""
    slug = query.tag and _resolve(query.tag)
    with transaction(context().engine) as connection:
        rows = list_images(
            connection,
            tag=slug,
            owner=query.owner,
            status=query.status,
            before=decode_image_cursor(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        page = rows[: query.limit]
        documents = describe_images(connection, context().words, page)
    more = len(rows) > len(page)
    return {"images": documents, "next": encode_cursor(str(page[-1]["id"])) if more else None}


@images.delete("/v1/images/<image_id>", summary="Delete an image", responses={204: None})
def delete(path: ImagePath) -> Response:
    """Its file, its thumbnail, its tags and its embedding go with it."""
    row = _find(path)
    with transaction(context().engine) as connection:
        gone = delete_image(connection, row["id"])
    keys = [key(image_id) for image_id in gone for key in (original_key, thumbnail_key)]
    context().storage.delete(keys)
    return Response(status=204)


@images.get("/v1/images/<image_id>/file", summary="The file as it was sent")
def get_file(path: ImagePath) -> Response:
    """With the type that its content has, whatever its name said."""
    row = _find(path)
    if row["sha256"] is None:
        raise NotFound("The file of this image has not been fetched.")
    data = context().storage.get(original_key(row["id"]))
    return _file_response(data, MIME_TYPES[row["format"]])


@images.get("/v1/images/<image_id>/thumbnail", summary="A small JPEG of an image")
def get_thumbnail(path: ImagePath) -> Response:
    """Upright, without the original's metadata."""
    row = _find(path)
    if row["status"] != "tagged":
        raise NotFound(f"There is no thumbnail of an image that is {row['status']}.")
    return _file_response(load_thumbnail(context().storage, row), "image/jpeg")


def _find(path: ImagePath) -> RowMapping:
    with transaction(context().engine) as connection:
        row = find_image(connection, parse_image_id(path.image_id))
    if row is None:
        raise NotFound(f"There is no image {path.image_id!r}.")
    return row


def _resolve(text: str) -> str:
    tag = context().words.get().vocabulary.resolve(text)
    if tag is None:
        raise NotFound(f"There is no tag {text!r}; GET /v1/tags?q= finds tags by their beginning.")
    return tag.slug


def _probabilities(image_id: UUID) -> tuple[Scorer, np.ndarray] | None:
    """The live model and what it says of all tags, (tags,); None before the image is tagged."""
    with transaction(context().engine) as connection:
        stored = find_embedding(connection, image_id)
    if stored is None:
        return None
    scorer = context().live.get()
    embedding = np.array(stored["embedding"], dtype=np.float16)
    return scorer, scorer.tag_probabilities(embedding[np.newaxis])[0]


def _scored_tags(row: RowMapping, min_confidence: float) -> list[dict[str, Any]]:
    scored = _probabilities(row["id"])
    if scored is None:
        return []
    scorer, probabilities = scored
    chosen = choose_tags(scorer.vocabulary, probabilities, min_confidence)
    shown = [
        ShownTag(scorer.vocabulary.tags[column].slug, float(confidence), "model")
        for column, confidence in zip(chosen.columns, chosen.confidences, strict=True)
    ]
    return describe_tags(scorer.vocabulary, shown)


def _named_tags(row: RowMapping, names: str) -> list[dict[str, Any]]:
    slugs = [_resolve(name) for name in names.split(",") if name.strip()]
    if not slugs:
        raise BadRequest("tags: names at least one tag.")
    scored = _probabilities(row["id"])
    if scored is None:
        return []
    scorer, probabilities = scored
    return [
        describe_tag(
            scorer.vocabulary,
            ShownTag(slug, float(probabilities[scorer.vocabulary.index(slug)]), "model"),
        )
        for slug in slugs
    ]


def _file_response(data: memoryview, mime_type: str) -> Response:
    response = Response(bytes(data), mimetype=mime_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.cache_control.private = True
    response.cache_control.max_age = CACHE_SECONDS
    return response

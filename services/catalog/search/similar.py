"""`/v1/images/{id}/similar` and `/v1/search/similar`: find similar images."""

import sys
from typing import Any
from uuid import UUID

import numpy as np
from flask import request
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from services.catalog.documents import ImageDocument
from services.catalog.search.embedding import embed
from services.catalog.stacks.collapsing import first_of_each
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding, find_images
from shared.db.search.likeness.similar import Near, find_nearest
from shared.db.search.likeness.stacks import find_stacks
from shared.errors import NotFound, TooManyBytes
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.body import open_body
from shared.web.requests.fields import ImagePath
from shared.web.requests.gathering import gather, read_pieces
from shared.web.requests.named import find_row
from shared.web.requests.parameters import Parameters

similar = APIBlueprint("similar", __name__, abp_tags=[ApiTag(name="search")])

SIMILAR_LIMIT = 20
SIMILAR_MAX = 200
SIMILARITY_DIGITS = 4
# Images that may turn out to be near-duplicates of others.
SPARE = 100
PICTURE_BODY = {
    "required": True,
    "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
}


class SimilarQuery(Parameters):
    """Which images to return, and how many."""

    limit: int = Field(SIMILAR_LIMIT, ge=1, le=SIMILAR_MAX)
    near_duplicates: bool = Field(
        False, description="whether near-duplicates of an image, and of each other, are included"
    )


class SimilarImage(ImageDocument):
    """An image and its similarity to the query."""

    similarity: float = Field(description="cosine of the embeddings: at most 1, the same picture")


class SimilarImages(BaseModel):
    """Similar images, the most similar first."""

    images: list[SimilarImage]


@similar.get(
    "/v1/images/<image_id>/similar",
    summary="Find images similar to an image",
    responses={200: SimilarImages, 404: ProblemDocument},
)
def get_similar(path: ImagePath, query: SimilarQuery) -> dict[str, Any]:
    """Compares stored embeddings. The image itself and its near-duplicates are not returned."""
    row = find_row(path.image_id)
    with transaction(context().engine) as connection:
        stored = find_embedding(connection, row["id"])
    if stored is None:
        state = "not embedded yet" if row["status"] == "tagged" else row["status"]
        raise NotFound(f"Nothing can be compared with an image that is {state}.")
    embedding = np.array(stored["embedding"], dtype=np.float16)
    return _find_similar(embedding, stored["backbone_id"], query, without=row["id"])


@similar.post(
    "/v1/search/similar",
    summary="Find images similar to an uploaded picture",
    openapi_extensions={"requestBody": PICTURE_BODY},
    responses={
        200: SimilarImages,
        413: ProblemDocument,
        415: ProblemDocument,
        422: ProblemDocument,
        503: ProblemDocument,
    },
)
def post_similar(query: SimilarQuery) -> dict[str, Any]:
    """Send the picture as the body. It is not stored. Needs a running worker."""
    most = context().settings.max_image_bytes
    # The app's default limit is meant for JSON.
    request.max_content_length = sys.maxsize
    picture, complete = gather(read_pieces(open_body(request), most), most)
    with picture:
        if not complete:
            raise TooManyBytes(
                f"The picture has more than {most:,} bytes, which is the most that this server "
                "accepts."
            )
        embedding, backbone_id = embed(picture)
    return _find_similar(embedding, backbone_id, query)


def _find_similar(
    embedding: NDArray[np.float16],
    backbone_id: int,
    query: SimilarQuery,
    without: UUID | None = None,
) -> dict[str, Any]:
    access = caller_access()
    count = query.limit if query.near_duplicates else query.limit + SPARE
    with transaction(context().engine) as connection:
        nearest = find_nearest(
            connection, embedding, backbone_id, count, access=access, without=without
        )
        if not query.near_duplicates:
            nearest = _leave_out_duplicates(connection, nearest, without)
        similarities = {near.image_id: near.similarity for near in nearest[: query.limit]}
        rows = {row["id"]: row for row in find_images(connection, list(similarities), access)}
        # Images deleted since the embeddings were read are left out.
        ordered = [rows[image_id] for image_id in similarities if image_id in rows]
        documents = describe_images(connection, context().vocabulary, ordered)
    return {
        "images": [
            {**document, "similarity": round(similarities[row["id"]], SIMILARITY_DIGITS)}
            for row, document in zip(ordered, documents, strict=True)
        ]
    }


def _leave_out_duplicates(
    connection: Connection, nearest: list[Near], without: UUID | None
) -> list[Near]:
    """Return the nearest image of each stack, and none of the stack of `without`."""
    ids = [near.image_id for near in nearest]
    order = ids if without is None else [without, *ids]
    stacks = find_stacks(connection, order)
    kept = set(first_of_each(ids, stacks, [image for image in order if image in stacks]))
    return [near for near in nearest if near.image_id in kept]

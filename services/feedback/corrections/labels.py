"""`/v1/labels`: people's decisions on tags, for use elsewhere."""

from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from services.feedback.documents import PageQuery
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.corrections.decisions import list_labels
from shared.errors import BadRequest
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_cursor

labels = APIBlueprint("labels", __name__, abp_tags=[Tag(name="corrections")])


class LabelDocument(BaseModel):
    """Whether an image has a tag, as decided by people."""

    image: str
    sha256: str | None = Field(description="of the file, in hex; null until it is fetched")
    filename: str | None
    width: int | None = Field(description="in pixels; null until it is fetched")
    height: int | None
    owner: str
    tag: str = Field(description="the tag's slug")
    name: str = Field(description="the tag's name")
    present: bool


class LabelList(BaseModel):
    """A page of labels, by image."""

    labels: list[LabelDocument]
    next: str | None = Field(description="cursor of the next page")


@labels.get("/v1/labels", summary="List labels", responses={200: LabelList, 400: ProblemDocument})
def get_labels(query: PageQuery) -> dict[str, Any]:
    """Sorted by image.

    Only corrected tags are listed, not the wider and narrower ones that follow from them.
    """
    after = _decode(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = list_labels(connection, caller_access(), after, query.limit + 1)
    page, cursor = cut_page(rows, query.limit, lambda row: f"{row['id']} {row['tag_id']}")
    return {
        "labels": [
            {
                "image": str(row["id"]),
                "sha256": row["sha256"] and bytes(row["sha256"]).hex(),
                "filename": row["filename"],
                "width": row["width"],
                "height": row["height"],
                "owner": row["owner"],
                "tag": row["slug"],
                "name": row["name"],
                "present": row["present"],
            }
            for row in page
        ],
        "next": cursor,
    }


def _decode(cursor: str) -> tuple[UUID, int]:
    try:
        image_id, tag_id = decode_cursor(cursor).split(" ")
        return UUID(image_id), int(tag_id)
    except ValueError as error:
        raise BadRequest(
            f"The cursor {cursor[:100]!r} is malformed; use `next` of the previous page."
        ) from error

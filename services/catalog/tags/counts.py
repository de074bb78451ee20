"""`POST /v1/tags/counts`: count the tags of a selection of images."""

from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.tags.counts import count_tags_of
from shared.storage.image_ids import read_image_ids
from shared.web.context import context
from shared.web.requests.fields import ImageId

MAX_IMAGES = 10_000

counts = APIBlueprint("counts", __name__, abp_tags=[ApiTag(name="vocabulary")])


class SelectionQuery(BaseModel):
    """A selection of images."""

    ids: list[ImageId] = Field(max_length=MAX_IMAGES)


class SelectionTag(BaseModel):
    """A tag, and the number of selected images that show it."""

    tag: str = Field(description="the tag's slug")
    name: str
    images: int
    by_people: int = Field(description="on how many of them people decided it")


class SelectionTags(BaseModel):
    """The tags of a selection, most frequent first."""

    images: int = Field(description="how many of the images exist")
    tags: list[SelectionTag]


@counts.post(
    "/v1/tags/counts", summary="Count the tags of a selection", responses={200: SelectionTags}
)
def post_counts(body: SelectionQuery) -> dict[str, Any]:
    """Counts all tags shown on the images. Unknown ids are ignored."""
    with transaction(context().engine) as connection:
        images, rows = count_tags_of(connection, read_image_ids(body.ids), caller_access())
    return {
        "images": images,
        "tags": [
            {
                "tag": row["slug"],
                "name": row["name"],
                "images": row["images"],
                "by_people": row["by_people"],
            }
            for row in rows
        ],
    }

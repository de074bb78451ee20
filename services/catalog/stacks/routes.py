"""`/v1/images/{id}/stack`: the near-duplicates of an image."""

from typing import Any, Literal

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from services.catalog.documents import ImageDocument
from services.catalog.stacks.collapsing import reason
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images
from shared.db.search.likeness.stacks import find_stacks
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import ImagePath
from shared.web.requests.named import find_row

stacks = APIBlueprint("stacks", __name__, abp_tags=[ApiTag(name="images")])


class StackedImages(BaseModel):
    """The images of a stack, newest first; an image without near-duplicates alone."""

    images: list[ImageDocument]
    why: Literal["same", "burst"] | None = Field(
        description="same: one picture in several sizes or qualities; burst: also pictures of one "
        "moment; null: there are no near-duplicates"
    )


@stacks.get(
    "/v1/images/<image_id>/stack",
    summary="List the near-duplicates of an image",
    responses={200: StackedImages, 404: ProblemDocument},
)
def get_stack(path: ImagePath) -> dict[str, Any]:
    """Includes the image itself."""
    row = find_row(path.image_id)
    with transaction(context().engine) as connection:
        stack = find_stacks(connection, [row["id"]]).get(row["id"])
        members = stack.members if stack else (row["id"],)
        found = {near["id"]: near for near in find_images(connection, members, caller_access())}
        there = [found[image_id] for image_id in members if image_id in found]
        documents = describe_images(connection, context().vocabulary, there)
    return {"images": documents, "why": stack and reason(stack)}

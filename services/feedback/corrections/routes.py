"""`POST /v1/images/{id}/corrections`: correct the tags of one image."""

from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from services.feedback.corrections.limits import refuse_too_many
from services.feedback.corrections.names.similar_names import find_similar_names
from services.feedback.corrections.reading import read_entry
from services.feedback.corrections.recording import count_corrections, record_verdicts
from services.feedback.documents import User, VerdictsDocument
from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.db.corrections.corrections import Verdict
from shared.errors import TagloopError
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import ImagePath
from shared.web.requests.named import find_row

corrections = APIBlueprint("corrections", __name__, abp_tags=[Tag(name="corrections")])


class ImageCorrections(VerdictsDocument):
    """Verdicts of a user on an image's tags."""

    user: User = Field("", description="who says so")


class Correction(BaseModel):
    """One verdict on one tag."""

    id: int
    tag: str = Field(description="the tag's slug")
    verdict: Verdict
    said: str | None = Field(
        None, description="the name in the request, where it is a plural or another spelling"
    )


class SimilarName(BaseModel):
    """An added name that may be a misspelling of another tag."""

    said: str
    tag: str = Field(description="slug of the other tag")
    name: str


class Corrected(BaseModel):
    """The stored corrections and the image's tags."""

    image: str
    batch: str = Field(description="identifies this request, to undo it")
    corrections: list[Correction]
    similar: list[SimilarName] = Field(description="tags that were perhaps meant instead")
    tags: list[dict[str, Any]] = Field(description="as in GET /v1/images/{id}")


@corrections.post(
    "/v1/images/<image_id>/corrections",
    summary="Correct an image",
    responses={
        201: Corrected,
        404: ProblemDocument,
        409: ProblemDocument,
        413: ProblemDocument,
        429: ProblemDocument,
    },
)
def post_corrections(path: ImagePath, body: ImageCorrections) -> tuple[dict[str, Any], int]:
    """Corrections override the model at once, and may be sent before the image is tagged."""
    here = context()
    refuse_too_many(body.count())
    entry = read_entry(path.image_id, body)
    index = here.vocabulary.get()
    with transaction(here.engine) as connection:
        [recorded] = record_verdicts(
            connection,
            index,
            body.user,
            [entry],
            settings=here.settings,
            access=caller_access(),
            key_id=caller_key_id(),
        )
        if isinstance(recorded, TagloopError):
            raise recorded
    count_corrections(recorded)
    image = find_row(path.image_id)
    with transaction(here.engine) as connection:
        document = describe_images(connection, here.vocabulary, [image])[0]
        similar = find_similar_names(connection, index, body.add, image["owner"])
    return {
        "image": document["id"],
        "batch": str(recorded[0].batch_id),
        "corrections": [
            {"id": c.id, "tag": c.slug, "verdict": c.verdict, "said": c.said} for c in recorded
        ],
        "similar": similar,
        "tags": document["tags"],
    }, 201

"""`/v1/corrections/batches`: correct many images alike, and undo a request."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from services.feedback.corrections.reading import Entry, read_entry
from services.feedback.corrections.recording import count_corrections, record_verdicts, undo_batch
from services.feedback.documents import TagName, User, VerdictsDocument
from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.errors import NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import ImageId

MAX_IMAGES = 10_000
MAX_TAGS = 10

batches = APIBlueprint("batches", __name__, abp_tags=[Tag(name="corrections")])


class BatchRequest(BaseModel):
    """Tags to add to or remove from many images."""

    user: User = Field("", description="who says so")
    images: list[ImageId] = Field(min_length=1, max_length=MAX_IMAGES)
    add: list[TagName] = Field(
        [], max_length=MAX_TAGS, description="the images have these; a new name makes a tag"
    )
    remove: list[TagName] = Field(
        [], max_length=MAX_TAGS, description="the images do not have these"
    )
    new: bool = Field(
        False, description="have added names make tags, even where one is called almost the same"
    )


class RefusedImage(BaseModel):
    """An image that was not corrected."""

    image: str
    problem: str = Field(description="why not")


class BatchDocument(BaseModel):
    """The result of a request."""

    batch: str | None = Field(
        description="identifies the request, to undo it; null: nothing was stored"
    )
    images: int = Field(description="how many images were corrected")
    problems: list[RefusedImage] = Field(description="images that were not")


class UndoneDocument(BaseModel):
    """The result of undoing a request."""

    batch: str = Field(description="identifies the undoing, which can be undone too")
    images: int = Field(description="how many images have their earlier verdicts back")


class BatchPath(BaseModel):
    """Id of a batch."""

    batch_id: UUID


@batches.post(
    "/v1/corrections/batches",
    summary="Correct many images alike",
    responses={
        201: BatchDocument,
        400: ProblemDocument,
        404: ProblemDocument,
        409: ProblemDocument,
        429: ProblemDocument,
    },
)
def post_batch(body: BatchRequest) -> tuple[dict[str, Any], int]:
    """Adds and removes tags in one transaction, which can be undone."""
    here = context()
    said = VerdictsDocument(add=body.add, remove=body.remove, new=body.new)
    pattern = read_entry(str(UUID(int=0)), said)
    entries, problems = _entries(pattern, body.images)
    with transaction(here.engine) as connection:
        outcomes = record_verdicts(
            connection,
            here.vocabulary.get(connection),
            body.user,
            entries,
            settings=here.settings,
            access=caller_access(),
            key_id=caller_key_id(),
        )
    recorded = []
    for entry, outcome in zip(entries, outcomes, strict=True):
        if isinstance(outcome, list):
            recorded += outcome
        else:
            problems.append({"image": str(entry.image_id), "problem": str(outcome)})
    count_corrections(recorded)
    return {
        "batch": str(recorded[0].batch_id) if recorded else None,
        "images": len({correction.image_id for correction in recorded}),
        "problems": problems,
    }, 201


@batches.post(
    "/v1/corrections/batches/<batch_id>/undo",
    summary="Undo a request",
    responses={201: UndoneDocument, 404: ProblemDocument, 409: ProblemDocument},
)
def post_undo(path: BatchPath) -> tuple[dict[str, Any], int]:
    """Restores the user's verdicts on these images and tags from before the request."""
    here = context()
    with transaction(here.engine) as connection:
        index = here.vocabulary.get(connection=connection)
        undone = undo_batch(connection, index, path.batch_id, caller_access())
    if undone is None:
        raise NotFound(f"There is no batch {str(path.batch_id)!r}.")
    count_corrections(undone.corrections)
    images = {correction.image_id for correction in undone.corrections}
    return {"batch": str(undone.batch_id), "images": len(images)}, 201


def _entries(pattern: Entry, image_ids: list[str]) -> tuple[list[Entry], list[dict[str, str]]]:
    """Return one entry per image, without duplicates, and the invalid ids."""
    entries, problems = [], []
    for image_id in dict.fromkeys(image_ids):
        try:
            entries.append(replace(pattern, image_id=UUID(image_id)))
        except ValueError:
            problems.append({"image": image_id, "problem": f"There is no image {image_id!r}."})
    return entries, problems

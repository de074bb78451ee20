"""`POST /v1/tags`: teach a custom tag from a few examples, or make one from its name alone."""

import time
from collections.abc import Sequence
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.feedback.corrections.reading import Entry, read_entry
from services.feedback.corrections.recording import (
    RecordedCorrections,
    count_corrections,
    record_verdicts,
)
from services.feedback.documents import TagName, User, VerdictsDocument
from services.feedback.models.retraining import RunDocument, describe_run
from services.feedback.tags.named_tags import make_named_tag
from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.db.models.runs.history import find_run
from shared.db.models.runs.runs import insert_run
from shared.db.tags.tags import find_tag
from shared.errors import BadRequest, NotFound, TagloopError
from shared.messaging.celery_app import FINETUNE
from shared.messaging.publisher import publish_hint
from shared.model.vocabulary_index import VocabularyIndex
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import ImageId

MAX_EXAMPLES = 1000
# How long the request waits for the run to end, and how often it checks.
WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.05

custom_tags = APIBlueprint("custom_tags", __name__, abp_tags=[Tag(name="vocabulary")])


class ExampleImages(BaseModel):
    """A tag with images that have it and images that do not."""

    name: TagName = Field(description="of a new tag, or of one to teach by more examples")
    examples: list[ImageId] = Field(
        [],
        max_length=MAX_EXAMPLES,
        description="ids of images that have it; empty: the name is enough, if the network "
        "understands text",
    )
    counterexamples: list[ImageId] = Field(
        [], max_length=MAX_EXAMPLES, description="ids of images that do not"
    )
    user: User = Field("", description="who says so")
    new: bool = Field(
        False,
        description="make a tag of its own, even where one is called almost the same, or, with an "
        "owner's key, where a shared tag is called the same",
    )


class TaughtTag(BaseModel):
    """A tag, and the run that teaches it to the model."""

    tag: str = Field(description="its slug")
    name: str
    owner: str | None = Field(description="the tag's owner; null: shared by all")
    said: str | None = Field(
        None, description="the name in the request, where it is a plural or another spelling"
    )
    run: RunDocument | None = Field(
        description="as in GET /v1/retrain/{id}; it may still be under way; null: the tag was made "
        "from its name, and images are being tagged again"
    )


@custom_tags.post(
    "/v1/tags",
    summary="Teach a tag from examples, or make one from its name",
    responses={
        201: TaughtTag,
        400: ProblemDocument,
        404: ProblemDocument,
        409: ProblemDocument,
        429: ProblemDocument,
    },
)
def post_tag(body: ExampleImages) -> tuple[dict[str, Any], int]:
    """Starts a run.

    If the model learns the tag well enough, existing images get it when the run ends. Without
    examples, a network that understands text makes the tag from its name, without a run.
    """
    here = context()
    if not body.examples:
        return _make_from_name(body), 201
    has = VerdictsDocument(add=[body.name], new=body.new)
    lacks = VerdictsDocument(remove=[body.name], new=body.new)
    index = here.vocabulary.get()
    entries = [
        read_entry(image_id, said)
        for said, image_ids in ((has, body.examples), (lacks, body.counterexamples))
        for image_id in dict.fromkeys(image_ids)
    ]
    with transaction(here.engine) as connection:
        recorded = _record(connection, index, body.user, entries)
        tag = recorded[0]
        row = find_tag(connection, tag.tag_id)
        run_id = insert_run(connection, "tag", tag.tag_id)
    count_corrections(recorded)
    publish_hint(here.celery, FINETUNE)
    run = _wait(run_id)
    document = {
        "tag": tag.slug,
        "name": row["name"],
        "owner": row["owner"],
        "said": tag.said,
        "run": describe_run(run),
    }
    return document, 201


def _make_from_name(body: ExampleImages) -> dict[str, Any]:
    if body.counterexamples:
        raise BadRequest("There are counterexamples, but no examples.")
    tag = make_named_tag(body.name)
    return {"tag": tag.slug, "name": tag.name, "owner": tag.owner, "said": None, "run": None}


def _record(
    connection: Connection, index: VocabularyIndex, user: str, entries: Sequence[Entry]
) -> list[RecordedCorrections]:
    """Store the tag and its examples in one transaction.

    Raises:
        NotFound: there is no such image, or no such tag and none may be created.
        BadRequest: an image is an example and a counterexample, or the name means two tags.
        Conflict, TooManyRequests: the limit on tags is reached.
    """
    recorded: list[RecordedCorrections] = []
    outcomes = record_verdicts(
        connection,
        index,
        user,
        entries,
        settings=context().settings,
        access=caller_access(),
        key_id=caller_key_id(),
    )
    for outcome in outcomes:
        if isinstance(outcome, TagloopError):
            raise outcome
        recorded += outcome
    if len({correction.tag_id for correction in recorded}) > 1:
        raise BadRequest(
            f"{recorded[0].slug!r} means different tags on images of different owners; teach it "
            "for one owner at a time."
        )
    has, lacks = (
        {correction.image_id for correction in recorded if correction.verdict == verdict}
        for verdict in ("add", "remove")
    )
    if has & lacks:
        raise BadRequest(f"The image {str(min(has & lacks))!r} is an example and a counterexample.")
    return recorded


def _wait(run_id: int) -> RowMapping:
    """Return the run once it has ended, or its state after five seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with transaction(context().engine) as connection:
            run = find_run(connection, run_id, caller_access())
        if run is None:
            raise NotFound(f"The run {run_id} was deleted.")
        if run["finished_at"] is not None or time.monotonic() > deadline:
            return run
        time.sleep(LOOK_SECONDS)

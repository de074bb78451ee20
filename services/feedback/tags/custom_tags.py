"""`POST /v1/tags`: a tag from a handful of examples."""

import time
from collections.abc import Sequence
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.feedback.corrections.reading import Entry, read_entry, words_for
from services.feedback.corrections.recording import RecordedCorrections, count_corrections, record
from services.feedback.documents import TagName, User, VerdictsDocument
from services.feedback.models.retraining import RunDocument, describe_run
from shared.auth.door import caller_access
from shared.db.connection.engine import transaction
from shared.db.models.run_history import find_run
from shared.db.models.runs import insert_run
from shared.errors import BadRequest, NotFound
from shared.messaging.celery_app import FINETUNE
from shared.messaging.publisher import publish_hint
from shared.model.vocabulary_index import VocabularyIndex
from shared.web.context import context
from shared.web.problems import ProblemDocument
from shared.web.requests.fields import ImageId
from shared.web.requests.named import hidden_tags

MAX_EXAMPLES = 1000
# How long the request is held for the run to end, and how often it is looked at.
WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.05

custom_tags = APIBlueprint("custom_tags", __name__, abp_tags=[Tag(name="vocabulary")])


class ExampleImages(BaseModel):
    """A tag by what has it and what does not."""

    name: TagName = Field(description="of a new tag, or of one to teach by more examples")
    examples: list[ImageId] = Field(
        min_length=1, max_length=MAX_EXAMPLES, description="ids of images that have it"
    )
    counterexamples: list[ImageId] = Field(
        [], max_length=MAX_EXAMPLES, description="ids of images that do not"
    )
    user: User = Field("", description="who says so")


class TaughtTag(BaseModel):
    """A tag, and the run that teaches it to the model."""

    tag: str = Field(description="its slug")
    name: str
    run: RunDocument = Field(description="as in GET /v1/retrain/{id}; it may still be under way")


@custom_tags.post(
    "/v1/tags",
    summary="Teach a tag from examples",
    responses={201: TaughtTag, 404: ProblemDocument},
)
def post_tag(body: ExampleImages) -> tuple[dict[str, Any], int]:
    """The images already there get it as soon as the run ends, if the model learned it well."""
    here = context()
    has, lacks = VerdictsDocument(add=[body.name]), VerdictsDocument(remove=[body.name])
    words = words_for(here.words, [has])
    hidden = hidden_tags()
    entries = [
        read_entry(words.vocabulary, image_id, said, hidden)
        for said, image_ids in ((has, body.examples), (lacks, body.counterexamples))
        for image_id in dict.fromkeys(image_ids)
    ]
    with transaction(here.engine) as connection:
        recorded = _record(connection, words, body.user, entries)
        tag = recorded[0]
        run_id = insert_run(connection, "tag", tag.tag_id)
    count_corrections(recorded)
    publish_hint(here.celery, FINETUNE)
    run = _wait(run_id)
    vocabulary = here.words.get(knowing=[tag.slug]).vocabulary
    name = vocabulary.tags[vocabulary.index(tag.slug)].name
    return {"tag": tag.slug, "name": name, "run": describe_run(run)}, 201


def _record(
    connection: Connection, words: VocabularyIndex, user: str, entries: Sequence[Entry]
) -> list[RecordedCorrections]:
    """Write all of it down, or nothing.

    Raises:
        NotFound: there is no such image, or no such tag and none may be made.
        BadRequest: an image is an example and a counterexample.
    """
    recorded: list[RecordedCorrections] = []
    outcomes = record(
        connection,
        words,
        user,
        entries,
        custom_tags=context().settings.custom_tags,
        access=caller_access(),
    )
    for outcome in outcomes:
        if isinstance(outcome, NotFound):
            raise outcome
        recorded += outcome
    has, lacks = (
        {correction.image_id for correction in recorded if correction.verdict == verdict}
        for verdict in ("add", "remove")
    )
    if has & lacks:
        raise BadRequest(f"The image {str(min(has & lacks))!r} is an example and a counterexample.")
    return recorded


def _wait(run_id: int) -> RowMapping:
    """The run as soon as it has ended, or as it is after five seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with transaction(context().engine) as connection:
            run = find_run(connection, run_id, caller_access())
        if run is None:
            raise NotFound(f"The run {run_id} was deleted.")
        if run["finished_at"] is not None or time.monotonic() > deadline:
            return run
        time.sleep(LOOK_SECONDS)

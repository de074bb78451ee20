"""`POST /v1/corrections`: correct the tags of many images."""

from typing import Annotated, Any

from flask import request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field, ValidationError, WithJsonSchema

from services.feedback.corrections.limits import LIMITS, refuse_too_many
from services.feedback.corrections.reading import VERDICTS, Entry, read_entry
from services.feedback.corrections.recording import Outcome, count_corrections, record_verdicts
from services.feedback.documents import User, VerdictsDocument
from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.errors import TagloopError, TooManyCorrections
from shared.web.answers.problems import ProblemDocument, problem_of, validation_problem
from shared.web.app import MAX_BODY_BYTES
from shared.web.context import context
from shared.web.requests.fields import IMAGE_ID_LENGTH, ImageId

bulk = APIBlueprint("bulk", __name__, abp_tags=[Tag(name="corrections")])


class ImageVerdicts(VerdictsDocument):
    """Verdicts on one of many images."""

    image: ImageId


# Each entry is validated on its own: an invalid one fails alone.
UncheckedVerdicts = Annotated[Any, WithJsonSchema(ImageVerdicts.model_json_schema())]


class ManyCorrections(BaseModel):
    """Verdicts of a user on many images."""

    user: User = Field("", description="who says so")
    corrections: list[UncheckedVerdicts] = Field(description=LIMITS)


class CorrectionResult(BaseModel):
    """The result of one entry."""

    image: str | None
    corrections: int | None = Field(None, description="how many were stored")
    problem: ProblemDocument | None = Field(None, description="why none was stored")


class Results(BaseModel):
    """The result of each entry, in the order of the request."""

    batch: str | None = Field(
        description="identifies this request, to undo it; null: nothing was stored"
    )
    results: list[CorrectionResult]


@bulk.before_request
def refuse_too_many_bytes() -> None:
    """Answer a body over the size limit, unread, with the limits on corrections."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooManyCorrections(
            f"{LIMITS}, in at most {MAX_BODY_BYTES:,} bytes; this one has "
            f"{request.content_length:,}. Send them in parts."
        )


@bulk.post(
    "/v1/corrections",
    summary="Correct many images",
    responses={200: Results, 409: ProblemDocument, 413: ProblemDocument, 429: ProblemDocument},
)
def post_many(body: ManyCorrections) -> dict[str, Any]:
    """Entries are independent: an invalid one does not affect the others.

    All are stored in one transaction.
    """
    here = context()
    refuse_too_many(sum(map(_count, body.corrections)), len(body.corrections))
    checked = [_check(entry) for entry in body.corrections]
    entries: dict[int, Entry] = {}
    problems: dict[int, dict[str, object]] = {}
    for number, verdicts in enumerate(checked):
        if not isinstance(verdicts, ImageVerdicts):
            problems[number] = verdicts
            continue
        try:
            entries[number] = read_entry(verdicts.image, verdicts)
        except TagloopError as error:
            problems[number] = problem_of(error)
    with transaction(here.engine) as connection:
        outcomes = record_verdicts(
            connection,
            here.vocabulary.get(connection),
            body.user,
            list(entries.values()),
            settings=here.settings,
            access=caller_access(),
            key_id=caller_key_id(),
        )
    written = [outcome for outcome in outcomes if isinstance(outcome, list)]
    for corrections in written:
        count_corrections(corrections)
    results = {number: _result(outcome) for number, outcome in zip(entries, outcomes, strict=True)}
    results |= {number: {"problem": problem} for number, problem in problems.items()}
    return {
        "batch": str(written[0][0].batch_id) if written else None,
        "results": [
            {"image": _image_of(entry), **results[number]}
            for number, entry in enumerate(body.corrections)
        ],
    }


def _check(entry: object) -> ImageVerdicts | dict[str, object]:
    """Return the validated entry, or the problem with its form."""
    try:
        return ImageVerdicts.model_validate(entry)
    except ValidationError as error:
        return validation_problem(error)


def _count(entry: object) -> int:
    """Return how many corrections an entry has, even if it is only partly valid."""
    if not isinstance(entry, dict):
        return 0
    lists = [entry.get(verdict) for verdict in VERDICTS]
    return sum(len(names) for names in lists if isinstance(names, list))


def _result(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, list):
        return {"corrections": len(outcome)}
    return {"problem": problem_of(outcome)}


def _image_of(entry: object) -> str | None:
    """Return the image id in an entry, or None if it is not a valid id."""
    image = entry.get("image") if isinstance(entry, dict) else None
    return image if isinstance(image, str) and len(image) <= IMAGE_ID_LENGTH else None

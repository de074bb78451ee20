"""`POST /v1/dial`: preview what each limit on confidence means for some images."""

from dataclasses import asdict
from typing import Any, Literal
from uuid import UUID

import numpy as np
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from services.catalog.images.expectation import LIMITS, HeldOut, expect, shown_columns
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images, list_images
from shared.db.models.learning import read_report
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.monitoring.verdicts import count_verdicts
from shared.db.tags.shown import find_decided_of
from shared.model.scorer import Scorer
from shared.web.answers.image_document import CONFIDENCE_DIGITS
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

MAX_IMAGES = 200
NEWEST_IMAGES = 100

dial = APIBlueprint("dial", __name__, abp_tags=[ApiTag(name="images")])


class DialQuery(BaseModel):
    """The images to preview. By default, the newest hundred."""

    ids: list[UUID] | None = Field(None, max_length=MAX_IMAGES)


class DialStep(BaseModel):
    """One limit on confidence, and its effect."""

    min_confidence: float
    right: float | None = Field(description="share of the shown tags that is expected to be right")
    verdicts: int = Field(description="how many of people's verdicts on shown tags it is based on")
    basis: Literal["verdicts", "held_out", "network"] = Field(
        description="verdicts: people's; held_out: what the live version got right on images that "
        "it did not learn from; network: the model's own confidence"
    )
    images: int = Field(description="images that keep any tag")
    tags: int = Field(description="tags that are shown")


class DialTag(BaseModel):
    """A tag that the lowest limit shows."""

    tag: str = Field(description="the tag's slug")
    name: str
    confidence: float
    source: Literal["model", "user"]
    parents: list[str] = Field(description="slugs of the next wider tags")


class DialImage(BaseModel):
    """An image and its tags, by confidence."""

    id: str
    tags: list[DialTag]


class Dial(BaseModel):
    """Every limit of the dial, and the images with all tags that the lowest one shows."""

    shown: float = Field(description="the limit that the server uses")
    steps: list[DialStep]
    images: list[DialImage]


@dial.post(
    "/v1/dial",
    summary="Compare limits on confidence",
    responses={200: Dial, 503: ProblemDocument},
)
def post_dial(body: DialQuery) -> dict[str, Any]:
    """Returns for each limit the expected precision, and how many images keep any tags."""
    here = context()
    owner = caller_access().owner
    scorer = here.live.get() if owner is None else here.live.get().for_owner(owner)
    with transaction(here.engine) as connection:
        ids = _choose(connection, body.ids)
        ids, embeddings = read_embeddings_of(connection, ids, scorer.model.backbone_id)
        decided = find_decided_of(connection, ids)
        verdicts = count_verdicts(connection, caller_access(), LIMITS)
        held_out = _held_out(connection, scorer.model.version, here.settings.min_confidence)
    probabilities, present = _standings(scorer, ids, embeddings, decided)
    steps = expect(probabilities, present, verdicts, held_out)
    columns = shown_columns(probabilities, present)
    images = [
        {"id": str(image_id), "tags": _describe(scorer, chosen, row, said)}
        for image_id, chosen, row, said in zip(ids, columns, probabilities, present, strict=True)
    ]
    return {
        "shown": here.settings.min_confidence,
        "steps": [asdict(step) for step in steps],
        # Newest first, as everywhere.
        "images": images[::-1],
    }


def _choose(connection: Connection, ids: list[UUID] | None) -> list[UUID]:
    """Return the given images that the caller may see."""
    access = caller_access()
    if ids is not None:
        return [row["id"] for row in find_images(connection, ids, access)]
    rows = list_images(connection, access, status="tagged", before=None, limit=NEWEST_IMAGES)
    return [row["id"] for row in rows]


def _held_out(connection: Connection, version: int, min_confidence: float) -> HeldOut | None:
    """Return the live version's precision on held-out images; None if it was never measured."""
    overall = read_report(connection, version).get("overall")
    after = overall.get("after") if isinstance(overall, dict) else None
    precision = after.get("precision") if isinstance(after, dict) else None
    return HeldOut(float(precision), min_confidence) if precision else None


def _standings(
    scorer: Scorer,
    ids: list[UUID],
    embeddings: NDArray[np.float16],
    decided: dict[UUID, dict[int, bool]],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the model's probabilities and people's decisions, each (images, tags).

    Probabilities are NaN for tags that are not shown.
    """
    vocabulary = scorer.vocabulary
    present = np.zeros((len(ids), len(vocabulary)), dtype=bool)
    if not ids:
        return np.zeros(present.shape, np.float32), present
    probabilities = scorer.showable_probabilities(embeddings)
    columns = scorer.index.columns
    for row, image_id in enumerate(ids):
        for tag_id, is_present in decided.get(image_id, {}).items():
            # Tags that no model has learned are in no scorer.
            if tag_id in columns:
                present[row, columns[tag_id]] = is_present
                probabilities[row, columns[tag_id]] = np.nan
    return probabilities, present


def _describe(
    scorer: Scorer,
    columns: NDArray[np.intp],
    probabilities: NDArray[np.float32],
    present: NDArray[np.bool_],
) -> list[dict[str, Any]]:
    """Return an image's tags: people's decisions, then by the model's confidence."""
    confidence = np.where(present, np.float32(1), probabilities)
    ordered = sorted(columns.tolist(), key=lambda column: -float(confidence[column]))
    return [
        {
            "tag": scorer.vocabulary.tags[column].slug,
            "name": scorer.vocabulary.tags[column].name,
            "confidence": round(float(confidence[column]), CONFIDENCE_DIGITS),
            "source": "user" if present[column] else "model",
            "parents": list(scorer.vocabulary.tags[column].parents),
        }
        for column in ordered
    ]

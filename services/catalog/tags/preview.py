"""`POST /v1/tags/preview`: preview what a tag would find, without saving anything."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from services.catalog.documents import ImageDocument
from services.catalog.tags.quick_fit import fit_quickly
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.images import find_images
from shared.db.models.stored_embeddings import read_embeddings_of, sample_embeddings
from shared.db.search.likeness.similar import find_nearest
from shared.errors import BadRequest, Conflict
from shared.model.learned.tags import features
from shared.web.answers.image_document import CONFIDENCE_DIGITS, describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import NO_NUL

MAX_EXAMPLES = 200
MAX_LIMIT = 200
NAME_LENGTH = 200
# Images without verdicts: most of them lack the tag.
SAMPLED = 300
# A person's verdict on an image weighs as much as this many of these.
COUNTEREXAMPLE_WEIGHT = 5.0
# Number of images scored: the nearest in the direction from the sample to the examples.
SCORED = 2000
BORDERLINE = 12
NOTE = (
    "A preview: fitted to these examples and a sample of other images within a second. Saving the "
    "tag trains it with care, and may draw the line elsewhere."
)

preview = APIBlueprint("preview", __name__, abp_tags=[ApiTag(name="vocabulary")])


class PreviewQuery(BaseModel):
    """A tag given by examples."""

    name: str | None = Field(None, max_length=NAME_LENGTH, pattern=NO_NUL)
    examples: list[UUID] = Field(
        min_length=1, max_length=MAX_EXAMPLES, description="ids of images that have it"
    )
    counterexamples: list[UUID] = Field(
        [], max_length=MAX_EXAMPLES, description="ids of images that do not"
    )
    limit: int = Field(40, ge=1, le=MAX_LIMIT, description="how many images to show")


class PreviewedImage(BaseModel):
    """An image that would get the tag, or almost."""

    image: ImageDocument
    confidence: float


class Preview(BaseModel):
    """What a tag would find among images that are not examples."""

    threshold: float = Field(description="the confidence from which on it would be shown")
    images: int = Field(description=f"images that would get it, of the {SCORED:,} nearest")
    capped: bool = Field(description="whether there may be more")
    found: list[PreviewedImage] = Field(description="the surest of them first")
    borderline: list[PreviewedImage] = Field(description="images just below the threshold")
    note: str = Field(description="what a preview is, in a sentence")


@dataclass(frozen=True)
class PreviewScores:
    """Images by confidence, highest first."""

    ids: list[UUID]
    confidences: NDArray[np.float64]


@preview.post(
    "/v1/tags/preview",
    summary="Preview a tag",
    responses={200: Preview, 400: ProblemDocument, 409: ProblemDocument, 503: ProblemDocument},
)
def post_preview(body: PreviewQuery) -> dict[str, Any]:
    """Finds the images that a tag with these examples would be shown on. Nothing is saved."""
    both = set(body.examples) & set(body.counterexamples)
    if both:
        raise BadRequest(f"The image {str(min(both))!r} is an example and a counterexample.")
    here = context()
    backbone_id = here.live.get().model.backbone_id
    threshold = here.settings.min_confidence
    with transaction(here.engine) as connection:
        scored = _score(connection, backbone_id, body)
        sure = int((scored.confidences >= threshold).sum())
        shown = min(sure, body.limit)
        return {
            "threshold": threshold,
            "images": sure,
            "capped": sure >= SCORED,
            "found": _describe(connection, scored, range(shown)),
            "borderline": _describe(
                connection, scored, range(sure, min(sure + BORDERLINE, len(scored.ids)))
            ),
            "note": NOTE,
        }


def _score(connection: Connection, backbone_id: int, body: PreviewQuery) -> PreviewScores:
    """Fit a classifier to the examples and score the images nearest to them.

    Raises:
        Conflict: no example has been tagged yet.
    """
    access = caller_access()
    named = find_images(connection, [*body.examples, *body.counterexamples], access)
    given = {row["id"] for row in named}
    has = _embeddings(connection, [i for i in body.examples if i in given], backbone_id)
    lacks = _embeddings(connection, [i for i in body.counterexamples if i in given], backbone_id)
    if not len(has):
        raise Conflict("None of the examples is tagged yet, so there is nothing to learn from.")
    sampled = sample_embeddings(connection, backbone_id, SAMPLED, without=[*given])
    # An empty array has no width, and cannot be joined to the others.
    rest = np.concatenate([has[:0], *(part for part in (lacks, sampled) if len(part))])
    inputs = features(np.concatenate([has, rest]))
    present = np.arange(len(inputs)) < len(has)
    weight = np.ones(len(inputs))
    weight[len(has) : len(has) + len(lacks)] = COUNTEREXAMPLE_WEIGHT
    classifier = fit_quickly(inputs, present, weight)
    direction = _units(has).mean(axis=0) - (_units(rest).mean(axis=0) if len(rest) else 0)
    nearest = find_nearest(
        connection, direction.astype(np.float16), backbone_id, SCORED + len(given), access=access
    )
    others = [near.image_id for near in nearest if near.image_id not in given][:SCORED]
    ids, embeddings = read_embeddings_of(connection, others, backbone_id)
    if not ids:
        return PreviewScores([], np.empty(0))
    confidences = classifier.probabilities(features(embeddings))
    order = np.argsort(-confidences, kind="stable")
    return PreviewScores([ids[position] for position in order], confidences[order])


def _embeddings(connection: Connection, ids: list[UUID], backbone_id: int) -> NDArray[np.float16]:
    return read_embeddings_of(connection, ids, backbone_id)[1]


def _units(embeddings: NDArray[np.float16]) -> NDArray[np.float32]:
    """Return embeddings (images, dimensions) scaled to length 1."""
    wide = embeddings.astype(np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.maximum(lengths, np.finfo(np.float32).tiny))


def _describe(connection: Connection, scored: PreviewScores, places: range) -> list[dict[str, Any]]:
    """Return documents of the images at these positions."""
    chosen = [scored.ids[place] for place in places]
    rows = {row["id"]: row for row in find_images(connection, chosen, caller_access())}
    kept = [place for place in places if scored.ids[place] in rows]
    documents = describe_images(
        connection, context().vocabulary, [rows[scored.ids[place]] for place in kept]
    )
    sure = [round(float(scored.confidences[place]), CONFIDENCE_DIGITS) for place in kept]
    return [
        {"image": document, "confidence": confidence}
        for document, confidence in zip(documents, sure, strict=True)
    ]

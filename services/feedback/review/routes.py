"""`GET /v1/review`: the images whose correction would improve the model most."""

from collections.abc import Sequence
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from services.feedback.documents import User
from services.feedback.review.candidates import read_candidates, suggest
from services.feedback.review.ranking import TagQuestion, Why, choose_images
from shared.auth.authentication import caller_access, caller_key_id
from shared.db.connection.engine import transaction
from shared.db.corrections.review import Reviewer, note_offered
from shared.db.images.images import find_images
from shared.web.answers.image_document import CONFIDENCE_DIGITS, describe_images
from shared.web.context import context
from shared.web.requests.fields import NO_NUL
from shared.web.requests.parameters import Parameters

REVIEW_LIMIT = 10
REVIEW_MAX = 50
OWNER_LENGTH = 200

review = APIBlueprint("review", __name__, abp_tags=[Tag(name="corrections")])


class ReviewQuery(Parameters):
    """The user who reviews, and which images to suggest."""

    user: User = Field("", description="who looks at the images")
    owner: str | None = Field(
        None, max_length=OWNER_LENGTH, pattern=NO_NUL, description="only their images"
    )
    limit: int = Field(REVIEW_LIMIT, ge=1, le=REVIEW_MAX)


class SuggestedTag(BaseModel):
    """A tag to confirm or reject."""

    tag: str = Field(description="the tag's slug")
    name: str
    confidence: float = Field(description="probability by the live model")
    why: Why


class ReviewImage(BaseModel):
    """An image to review."""

    image: dict[str, Any] = Field(description="as in GET /v1/images/{id}")
    suggestions: list[SuggestedTag]


class Review(BaseModel):
    """Images to review, the most useful first."""

    images: list[ReviewImage]


@review.get("/v1/review", summary="Get images worth reviewing", responses={200: Review})
def get_review(query: ReviewQuery) -> tuple[dict[str, Any], dict[str, str]]:
    """A mix of images with uncertain, disputed and rare tags.

    Returned images are not offered again to the same user and key for a day.
    """
    here = context()
    reviewer = Reviewer(query.user, caller_key_id())
    scorer = here.live.get()
    with transaction(here.engine) as connection:
        candidates = read_candidates(
            connection, scorer.model.backbone_id, reviewer, query.owner, caller_access()
        )
    suggestions = suggest(scorer, candidates, here.settings.min_confidence)
    chosen = choose_images(suggestions, query.limit)
    with transaction(here.engine) as connection:
        offered = note_offered(connection, reviewer, chosen)
        rows = {row["id"]: row for row in find_images(connection, list(offered), caller_access())}
        kept = [image_id for image_id in chosen if image_id in rows]
        documents = describe_images(connection, here.vocabulary, [rows[key] for key in kept])
    images = [
        {"image": document, "suggestions": _describe(suggestions[image_id])}
        for image_id, document in zip(kept, documents, strict=True)
    ]
    return {"images": images}, {"Cache-Control": "no-store"}


def _describe(suggestions: Sequence[TagQuestion]) -> list[dict[str, Any]]:
    return [
        {
            "tag": suggestion.slug,
            "name": suggestion.name,
            "confidence": round(suggestion.confidence, CONFIDENCE_DIGITS),
            "why": suggestion.why,
        }
        for suggestion in suggestions
    ]

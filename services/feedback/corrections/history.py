"""Past corrections: of one image, and the log of all images."""

from datetime import datetime
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.feedback.documents import PageQuery, User
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.corrections.corrections import Verdict, list_corrections
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_number_cursor
from shared.web.requests.fields import ImagePath
from shared.web.requests.named import find_row

# Newest corrections of one image.
HISTORY_MAX = 1000

history = APIBlueprint("history", __name__, abp_tags=[Tag(name="corrections")])


class PastCorrection(BaseModel):
    """One verdict on one tag, and the model's confidence at the time."""

    id: int
    tag: str = Field(description="the tag's slug")
    name: str = Field(description="the tag's name")
    verdict: Verdict
    user: str
    model: int | None = Field(description="the version that had tagged the image")
    confidence: float | None = Field(
        description="of that version in the tag; null: it did not show the tag"
    )
    created_at: datetime


class History(BaseModel):
    """Corrections of one image, newest first."""

    corrections: list[PastCorrection] = Field(description=f"the newest {HISTORY_MAX:,}")


class LoggedCorrection(PastCorrection):
    """A correction in the log of all images."""

    image: str


class Log(BaseModel):
    """A page of corrections, newest first."""

    corrections: list[LoggedCorrection]
    next: str | None = Field(description="cursor of the next page")


class LogQuery(PageQuery):
    """Filters of the log."""

    user: User | None = Field(None, description="only theirs")


@history.get(
    "/v1/images/<image_id>/corrections",
    summary="Get the correction history of an image",
    responses={200: History, 404: ProblemDocument},
)
def get_history(path: ImagePath) -> dict[str, Any]:
    """Newest first. Only each user's last verdict on a tag counts."""
    image = find_row(path.image_id)
    with transaction(context().engine) as connection:
        rows = list_corrections(
            connection, caller_access(), image_id=image["id"], limit=HISTORY_MAX
        )
    return {"corrections": [_describe(row) for row in rows]}


@history.get("/v1/corrections", summary="List corrections", responses={200: Log})
def get_log(query: LogQuery) -> dict[str, Any]:
    """Newest first."""
    before = decode_number_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = list_corrections(
            connection,
            caller_access(),
            contributor=query.user,
            before=before,
            limit=query.limit + 1,
        )
    page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
    return {
        "corrections": [{"image": str(row["image_id"]), **_describe(row)} for row in page],
        "next": cursor,
    }


def _describe(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tag": row["slug"],
        "name": row["name"],
        "verdict": row["verdict"],
        "user": row["contributor"],
        "model": row["model_version"],
        "confidence": row["confidence"],
        "created_at": row["created_at"].isoformat(),
    }

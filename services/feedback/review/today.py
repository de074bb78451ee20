"""`GET /v1/review/today`: how many corrections were made today, and what they changed."""

from datetime import datetime
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from services.feedback.documents import User
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.corrections.today import count_today, count_waiting_corrections
from shared.db.models.runs.history import find_last_ended_run
from shared.web.context import context
from shared.web.requests.parameters import Parameters

today = APIBlueprint("today", __name__, abp_tags=[Tag(name="corrections")])


class TodayQuery(Parameters):
    """The user whose corrections to count."""

    user: User | None = Field(None, description="only theirs")


class LastRun(BaseModel):
    """The newest finished run that learned from corrections."""

    status: str
    version: int | None = Field(description="the version that it made")
    finished_at: datetime
    changed: int | None = Field(description="images that have other tags since then")


class Today(BaseModel):
    """Corrections since midnight (UTC)."""

    answers: int = Field(description="corrections")
    tags: int = Field(description="different tags")
    images: int = Field(description="different images")
    since: datetime
    waiting: int = Field(description="corrections that no run has taken yet")
    last_run: LastRun | None = Field(description="null with an owner's key")


@today.get("/v1/review/today", summary="Count today's corrections", responses={200: Today})
def get_today(query: TodayQuery) -> tuple[dict[str, Any], dict[str, str]]:
    """Counts corrections since midnight (UTC), and describes the newest finished run."""
    access = caller_access()
    with transaction(context().engine) as connection:
        counted = count_today(connection, access, query.user)
        waiting = count_waiting_corrections(connection, access)
        run = find_last_ended_run(connection) if access.owner is None else None
    document = Today(
        answers=counted["answers"],
        tags=counted["tags"],
        images=counted["images"],
        since=counted["since"],
        waiting=waiting,
        last_run=None if run is None else LastRun(**run),
    )
    return document.model_dump(mode="json"), {"Cache-Control": "no-store"}

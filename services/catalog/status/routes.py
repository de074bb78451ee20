"""`GET /v1/status`: the status of the whole system."""

from datetime import datetime
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from services.catalog.search.by_text import understands_text
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.retrying import count_failures
from shared.db.models.models import find_live_model
from shared.db.monitoring.backlog import count_waiting, is_stalled
from shared.db.monitoring.progress import (
    count_deliveries,
    count_statuses,
    count_tagged_lately,
    list_set_aside,
)
from shared.db.monitoring.worker_progress import list_workers
from shared.errors import Stalled
from shared.messaging.celery_app import BULK, INTERACTIVE
from shared.web.context import context

MINUTES = 60
REASONS = 20
NOW_SECONDS = 10

status = APIBlueprint("status", __name__, abp_tags=[Tag(name="operation")])


class ImageCounts(BaseModel):
    """Number of images by status."""

    total: int
    tagged: int
    queued: int
    failed: int


class Speed(BaseModel):
    """How many images were tagged recently."""

    now: float = Field(description=f"a second, over the last {NOW_SECONDS} seconds")
    minutes: list[int] = Field(description=f"in each of the last {MINUTES} minutes, oldest first")


class Failure(BaseModel):
    """A reason for failures."""

    error: str
    images: int
    example: str = Field(description="the id of the newest of them")


class WorkerDocument(BaseModel):
    """A worker that runs."""

    name: str = Field(description="its host and process")
    seen_seconds: float = Field(
        description="how long ago it was last seen; it reports every few seconds"
    )
    busy: int = Field(description="images that it held at that time")


class DeliveryCounts(BaseModel):
    """Deliveries of events by state."""

    pending: int
    failed: int = Field(description="given up within the last day")
    delivered_today: int = Field(description="within the last day")


class SetAsideContributor(BaseModel):
    """A contributor whose corrections are not learned."""

    user: str
    reason: str | None
    set_aside_at: datetime


class ServiceStatus(BaseModel):
    """The status of the system. An owner's key shows only that owner's images."""

    images: ImageCounts
    per_second: Speed
    oldest_waiting_seconds: float | None
    failures: list[Failure] = Field(description=f"the {REASONS} most frequent reasons")
    deliveries: DeliveryCounts
    queues: dict[str, int] | None = Field(description="waiting images; null with an owner's key")
    workers: list[WorkerDocument] | None = Field(description="null with an owner's key")
    set_aside: list[SetAsideContributor] | None = Field(description="null with an owner's key")
    model: int | None = Field(description="the version that is live")
    understands_text: bool = Field(
        description="whether the network finds images by a text, and makes tags from their names"
    )
    ready: bool = Field(description="whether images are being tagged")
    problems: list[str] = Field(description="what is wrong, in sentences")


@status.get("/v1/status", summary="Get the state of the system", responses={200: ServiceStatus})
def get_status() -> tuple[dict[str, Any], dict[str, str]]:
    """Speed, queues, workers, failures by reason, deliveries and contributors set aside."""
    access = caller_access()
    with transaction(context().engine) as connection:
        counts = count_statuses(connection, access)
        lately = count_tagged_lately(connection, access, MINUTES)
        document = {
            "images": {
                "total": counts["total"],
                "tagged": counts["total"] - counts["queued"] - counts["failed"],
                "queued": counts["queued"],
                "failed": counts["failed"],
            },
            "per_second": {
                "now": lately["in_ten_seconds"] / NOW_SECONDS,
                "minutes": lately["by_minute"],
            },
            "oldest_waiting_seconds": counts["oldest_waiting_seconds"],
            "failures": [dict(row) for row in count_failures(connection, access, REASONS)],
            "deliveries": dict(count_deliveries(connection, access)),
        }
        whole = _of_everyone(connection) if access.owner is None else _NOTHING
        document |= {**whole, **_health(connection)}
    document["understands_text"] = understands_text()
    return ServiceStatus.model_validate(document).model_dump(mode="json"), {
        "Cache-Control": "no-store"
    }


_NOTHING: dict[str, Any] = {"queues": None, "workers": None, "set_aside": None}


def _of_everyone(connection: Connection) -> dict[str, Any]:
    """Return the parts that concern all owners."""
    waiting = {row["queue"]: row["images"] for row in count_waiting(connection)}
    return {
        "queues": {INTERACTIVE: 0, BULK: 0, **waiting},
        "workers": [dict(row) for row in list_workers(connection)],
        "set_aside": [dict(row) for row in list_set_aside(connection)],
    }


def _health(connection: Connection) -> dict[str, Any]:
    """Return the live version, and what prevents images from being tagged."""
    live = find_live_model(connection)
    problems = []
    if live is None:
        problems.append("There is no model yet: start a worker, which makes the first one.")
    if is_stalled(connection):
        problems.append(str(Stalled()))
    return {"model": live and live.version, "ready": not problems, "problems": problems}

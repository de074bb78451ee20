"""`/v1/retrain`: fine-tune runs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.models.runs.history import count_queue, find_run, list_runs
from shared.db.models.runs.runs import request_run
from shared.db.models.runs.set_aside import find_set_aside, release_corrections
from shared.errors import Conflict, NotFound
from shared.messaging.celery_app import FINETUNE
from shared.messaging.publisher import publish_hint
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

RUNS_LISTED = 50

retraining = APIBlueprint("retraining", __name__, abp_tags=[Tag(name="models")])


class RunDocument(BaseModel):
    """A fine-tune run, from the queue to a version that is promoted or rejected."""

    id: int
    status: Literal["queued", "running", "promoted", "rejected", "nothing", "failed"]
    url: str = Field(description="where to poll for progress")
    trigger: Literal["nightly", "request", "tag"]
    night: date | None = Field(description="of a nightly run")
    tag: str | None = Field(description="the only tag that it teaches, by its slug")
    attempts: int = Field(description="how often it was started")
    stage: str = Field(description="what it does now")
    progress: float = Field(description="0 to 1")
    corrections: int = Field(description="how many new ones it learns from")
    set_aside: int = Field(description="how many of them failed, so that later runs leave them out")
    version: int | None = Field(description="the version that it made")
    reason: str | None = Field(description="how it ended, or its last attempt, and why")
    report: dict[str, Any] = Field(description="quality before and after, per tag and overall")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Released(BaseModel):
    """Corrections that the next run will learn from again."""

    corrections: int


class Runs(BaseModel):
    """The retraining queue and its runs."""

    queue: int = Field(description="corrections that no run has taken yet")
    set_aside: int = Field(
        description="corrections that failed in three attempts, so that later runs leave them out"
    )
    runs: list[RunDocument] = Field(description=f"the newest {RUNS_LISTED}, the newest first")


class RunPath(BaseModel):
    """Number of a run."""

    run_id: int = Field(ge=1)


@retraining.post(
    "/v1/retrain",
    summary="Start a fine-tune run",
    responses={202: RunDocument, 409: ProblemDocument},
)
def post_retrain() -> tuple[dict[str, Any], int]:
    """Queues a run and returns it. Only one run is queued at a time."""
    here = context()
    with transaction(here.engine) as connection:
        run_id, is_new = request_run(connection)
        row = find_run(connection, run_id, caller_access())
    if not is_new:
        raise Conflict(
            f"Run {run_id} is already queued or running; see /v1/retrain/{run_id} and try again "
            "when it has ended."
        )
    publish_hint(here.celery, FINETUNE)
    return describe_run(_existing(row, run_id)), 202


@retraining.post(
    "/v1/retrain/<run_id>/release",
    summary="Release what a run has set aside",
    responses={200: Released, 404: ProblemDocument},
)
def post_release(path: RunPath) -> dict[str, Any]:
    """The next run learns from these corrections again. Do this after fixing the cause."""
    with transaction(context().engine) as connection:
        _existing(find_run(connection, path.run_id, caller_access()), path.run_id)
        return {"corrections": release_corrections(connection, path.run_id)}


@retraining.get("/v1/retrain", summary="List fine-tune runs", responses={200: Runs})
def get_runs() -> dict[str, Any]:
    """Includes the number of unlearned corrections, and past runs."""
    with transaction(context().engine) as connection:
        return {
            "queue": count_queue(connection),
            "set_aside": sum(run.corrections for run in find_set_aside(connection)),
            "runs": [describe_run(row) for row in list_runs(connection, RUNS_LISTED)],
        }


@retraining.get(
    "/v1/retrain/<run_id>",
    summary="Get a fine-tune run",
    responses={200: RunDocument, 404: ProblemDocument},
)
def get_run(path: RunPath) -> dict[str, Any]:
    """Includes its progress or its outcome."""
    with transaction(context().engine) as connection:
        row = find_run(connection, path.run_id, caller_access())
    return describe_run(_existing(row, path.run_id))


def describe_run(row: RowMapping) -> dict[str, Any]:
    """Return the document of a run.

    The figures cover all owners' images; an owner sees only their own tags' figures.
    """
    owner = caller_access().owner
    own_report = report_of_owner(row["report"], owner)
    shown = {name: row[name] for name in RunDocument.model_fields if name != "url"}
    shown["report"] = own_report
    return RunDocument(**shown, url=f"/v1/retrain/{row['id']}").model_dump(mode="json")


def report_of_owner(report: Mapping[str, Any], owner: str | None) -> Mapping[str, Any]:
    """Return the part of a run's figures that an owner may see: their own tags. None: all."""
    if owner is None:
        return report
    found: Mapping[str, Any] = report.get("owners", {}).get(owner, {})
    return found


def _existing(row: RowMapping | None, run_id: int) -> RowMapping:
    if row is None:
        raise NotFound(f"There is no run {run_id}; GET /v1/retrain lists them.")
    return row

"""`/v1/retag`: jobs that re-tag stored images with the live version."""

from datetime import datetime
from typing import Any, Literal

from flask import request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import RowMapping

from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.models.retag_jobs import RetagScope, find_job, list_jobs, queue_job
from shared.errors import NotFound
from shared.messaging.celery_app import RETAG
from shared.messaging.publisher import publish_hint
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import NO_NUL
from shared.web.requests.named import resolve_tag

JOBS_LISTED = 50
TEXT_LENGTH = 1000
# The maximum of the column's type.
MAX_VERSION = 2**31 - 1

retagging = APIBlueprint("retagging", __name__, abp_tags=[Tag(name="models")])


class RetagRequest(BaseModel):
    """The images to re-tag. An empty request means all."""

    # A misspelt `owner` would re-tag everything.
    model_config = ConfigDict(extra="forbid")

    owner: str | None = Field(
        None, max_length=TEXT_LENGTH, pattern=NO_NUL, description="only their images"
    )
    tag: str | None = Field(
        None,
        max_length=TEXT_LENGTH,
        pattern=NO_NUL,
        description="only this tag, by its slug, name or alias",
    )
    below_version: int | None = Field(
        None, ge=1, le=MAX_VERSION, description="only what an older version tagged"
    )

    @model_validator(mode="before")
    @classmethod
    def allow_no_body(cls, value: object) -> object:
        """Treat a missing body as an empty request; an invalid body is still an error."""
        return {} if value is None and not request.content_length else value


class JobDocument(BaseModel):
    """A re-tagging job."""

    id: int
    status: Literal["queued", "running", "done"]
    url: str = Field(description="where to poll for progress")
    owner: str | None
    tag: str | None
    below_version: int | None
    total: int | None = Field(description="images in scope, once it has started")
    done: int = Field(description="images that were scored")
    changed: int = Field(description="images that have other tags now")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(BaseModel):
    """Re-tagging jobs, newest first."""

    jobs: list[JobDocument] = Field(description=f"the newest {JOBS_LISTED}, the newest first")


class JobPath(BaseModel):
    """Number of a job."""

    job_id: int = Field(ge=1)


@retagging.post(
    "/v1/retag",
    summary="Re-tag stored images",
    responses={202: JobDocument, 404: ProblemDocument},
)
def post_retag(body: RetagRequest) -> tuple[dict[str, Any], int]:
    """Scores stored embeddings with the live version. People's decisions stay.

    If a job of the same scope is already queued, that job is returned.
    """
    here = context()
    tag_id = None if body.tag is None else resolve_tag(body.tag, body.owner).tag.id
    scope = RetagScope(caller_access().narrow(body.owner), tag_id, body.below_version)
    with transaction(here.engine) as connection:
        job_id = queue_job(connection, scope)
        row = find_job(connection, job_id, caller_access())
    publish_hint(here.celery, RETAG)
    return _describe(row, job_id), 202


@retagging.get("/v1/retag", summary="List re-tagging jobs", responses={200: Jobs})
def get_jobs() -> dict[str, Any]:
    """Each promotion starts a job."""
    with transaction(context().engine) as connection:
        rows = list_jobs(connection, caller_access(), JOBS_LISTED)
    return {"jobs": [_describe(row, row["id"]) for row in rows]}


@retagging.get(
    "/v1/retag/<job_id>",
    summary="Get a re-tagging job",
    responses={200: JobDocument, 404: ProblemDocument},
)
def get_job(path: JobPath) -> dict[str, Any]:
    """Includes its progress."""
    with transaction(context().engine) as connection:
        row = find_job(connection, path.job_id, caller_access())
    return _describe(row, path.job_id)


def _describe(row: RowMapping | None, job_id: int) -> dict[str, Any]:
    if row is None:
        raise NotFound(f"There is no job {job_id}; GET /v1/retag lists them.")
    return JobDocument(**row, url=f"/v1/retag/{job_id}").model_dump(mode="json")

"""`/v1/models`: list and promote model versions."""

from datetime import datetime
from typing import Any, Literal

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from safetensors import SafetensorError

from shared.db.connection.engine import transaction
from shared.db.models.models import list_models
from shared.db.models.promotion import find_blob, promote
from shared.db.models.retag_jobs import RetagScope, queue_job
from shared.errors import BlobMissing, Conflict
from shared.messaging.celery_app import RETAG
from shared.messaging.publisher import publish_hint
from shared.model.head import Head
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

models = APIBlueprint("models", __name__, abp_tags=[Tag(name="models")])


class Model(BaseModel):
    """A version of the head for one backbone."""

    version: int
    backbone: str
    status: Literal["candidate", "live", "retired", "rejected"]
    parent: int | None = Field(description="the version that it was made from")
    reason: str | None = Field(description="why it was promoted or rejected")
    metrics: dict[str, Any] = Field(description="quality on held-out images, before and after")
    created_at: datetime
    promoted_at: datetime | None = Field(description="when it last went live")
    thinned_at: datetime | None = Field(
        description="when its file was deleted to save space; it cannot be promoted any more"
    )


class Models(BaseModel):
    """All versions, newest first."""

    models: list[Model] = Field(description="every version, the newest first")


class VersionPath(BaseModel):
    """Number of a version."""

    version: int = Field(ge=1)


@models.get("/v1/models", summary="List model versions", responses={200: Models})
def get_models() -> dict[str, Any]:
    """Newest first. The live version tags new pictures."""
    with transaction(context().engine) as connection:
        rows = list_models(connection)
    return Models(models=[Model(**row) for row in rows]).model_dump(mode="json")


@models.post(
    "/v1/models/<version>/promote",
    summary="Promote a model version",
    responses={200: Model, 404: ProblemDocument, 409: ProblemDocument},
)
def post_promote(path: VersionPath) -> dict[str, Any]:
    """All workers switch to this version within seconds. Then all images are re-tagged."""
    here = context()
    _refuse_unreadable(path.version)
    with transaction(here.engine) as connection:
        was_promoted = promote(connection, path.version)
        if was_promoted:
            queue_job(connection, RetagScope())
        row = next(row for row in list_models(connection) if row["version"] == path.version)
    if was_promoted:
        publish_hint(here.celery, RETAG)
    return Model(**row).model_dump(mode="json")


def _refuse_unreadable(version: int) -> None:
    """Raise an error unless every process can read the version's file.

    Raises:
        Conflict: the file is missing or damaged.
        StorageUnavailable: the storage does not answer.
    """
    here = context()
    with transaction(here.engine) as connection:
        blob = find_blob(connection, version)
    if blob is None:
        return  # No such version, or its file was deleted on purpose: promote reports it.
    try:
        Head.from_bytes(bytes(here.storage.get(blob)))
    except (BlobMissing, SafetensorError, KeyError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise Conflict(
            f"The file {blob} of version {version} cannot be read: {reason}. Put it back from a "
            "backup, or promote another version."
        ) from error

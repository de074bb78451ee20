"""`/v1/models`: the versions of the model."""

from datetime import datetime
from typing import Any, Literal

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from shared.db.engine import transaction
from shared.db.models import list_models
from shared.web.context import context

models = APIBlueprint("models", __name__, abp_tags=[Tag(name="models")])


class Model(BaseModel):
    """A version of the head over the embeddings of a backbone."""

    version: int
    backbone: str
    status: Literal["candidate", "live", "retired", "rejected"]
    metrics: dict[str, Any]
    created_at: datetime
    promoted_at: datetime | None


class Models(BaseModel):
    """Every version, the newest first."""

    models: list[Model] = Field(description="every version, the newest first")


@models.get("/v1/models", summary="Versions of the model", responses={200: Models})
def get_models() -> dict[str, Any]:
    """The live one tags new pictures."""
    with transaction(context().engine) as connection:
        rows = list_models(connection)
    return Models(models=[Model(**row) for row in rows]).model_dump(mode="json")

"""`/v1/contributors`: the people who make corrections, and their trust."""

from datetime import datetime
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.feedback.documents import User
from shared.db.connection.engine import transaction
from shared.db.corrections.contributors import find_contributor, list_contributors, vouch
from shared.db.corrections.reconsider import reconsider
from shared.errors import NotFound
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context

CONTRIBUTORS_MAX = 1000
# Stands for the empty name in paths.
EMPTY_NAME = "-"

contributors = APIBlueprint("contributors", __name__, abp_tags=[Tag(name="contributors")])


class ContributorDocument(BaseModel):
    """A person who makes corrections."""

    user: str = Field(description="empty: people who gave no name")
    trust: float = Field(description="weight of their votes, 0 to 1")
    agreement: float | None = Field(
        description="share of judged corrections that others agree with"
    )
    judged: int = Field(description="corrections that could be compared")
    set_aside_at: datetime | None = Field(description="since when nothing is learned from them")
    reason: str | None = Field(description="why they were set aside")
    vouched: bool = Field(description="a person decided that they are never set aside")
    corrections: int = Field(description="how many they sent")


class Contributors(BaseModel):
    """Contributors: first those set aside, then by number of corrections."""

    contributors: list[ContributorDocument] = Field(description=f"at most {CONTRIBUTORS_MAX:,}")


class ContributorPath(BaseModel):
    """Name of a contributor; `-` stands for corrections without a name."""

    user: User


class Vouching(BaseModel):
    """Whether to vouch for a contributor."""

    vouched: bool


@contributors.get("/v1/contributors", summary="List contributors", responses={200: Contributors})
def get_contributors() -> dict[str, Any]:
    """Each with their trust, which is computed from their agreement with others."""
    with transaction(context().engine) as connection:
        rows = list_contributors(connection, CONTRIBUTORS_MAX)
    return {"contributors": [_describe(row) for row in rows]}


@contributors.post(
    "/v1/contributors/<path:user>/vouch",
    summary="Vouch for a contributor",
    responses={200: ContributorDocument, 404: ProblemDocument},
)
def post_vouch(path: ContributorPath, body: Vouching) -> dict[str, Any]:
    """A contributor who is vouched for is not set aside.

    Tags of the images they corrected are recomputed.
    """
    here = context()
    name = "" if path.user == EMPTY_NAME else path.user
    index = here.vocabulary.get()
    with transaction(here.engine) as connection:
        vouch(connection, name, body.vouched)
        row = find_contributor(connection, name)
    if row is None:
        raise NotFound(f"There is no contributor {path.user!r}; GET /v1/contributors lists them.")
    reconsider(here.engine, index, name)
    return _describe(row)


def _describe(row: RowMapping) -> dict[str, Any]:
    contributor = {name: value for name, value in row.items() if name != "name"}
    return ContributorDocument(user=row["name"], **contributor).model_dump(mode="json")

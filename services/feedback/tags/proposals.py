"""`/v1/hashtags/proposals`: tags and synonyms that hashtags suggest, for a person to decide."""

from datetime import datetime
from typing import Any, Literal

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, RowMapping

from services.feedback.documents import PageQuery
from shared.auth.authentication import caller_key_id
from shared.db.connection.engine import transaction
from shared.db.models.runs.runs import request_run
from shared.db.tags.custom.making import count_tags_of
from shared.db.tags.hashtags.proposals import decide, list_proposals, lock_proposal, make_tag
from shared.errors import Conflict, NotFound
from shared.messaging.celery_app import FINETUNE
from shared.messaging.publisher import publish_hint
from shared.model.names.tag_names import slug_of
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.cursors import cut_page, decode_number_cursor

proposals = APIBlueprint(
    "proposals", __name__, abp_tags=[Tag(name="vocabulary")], abp_responses={404: ProblemDocument}
)


class ProposalDocument(BaseModel):
    """A hashtag that could become a tag, or two that seem to mean the same."""

    id: int
    kind: Literal["tag", "synonym"]
    name: str = Field(description="the hashtag's words")
    means: str | None = Field(description="of a synonym: the words that it would count as")
    status: Literal["proposed", "accepted", "refused"]
    automatic: bool = Field(description="accepted without a person")
    tag: str | None = Field(description="slug of the tag that was made from it")
    figures: dict[str, Any] = Field(description="what it is based on: pictures, owners, precision")
    created_at: datetime
    decided_at: datetime | None


class Proposals(BaseModel):
    """A page of proposals, newest first."""

    proposals: list[ProposalDocument]
    next: str | None = Field(description="cursor of the next page")


class ProposalsQuery(PageQuery):
    """Which proposals to list."""

    status: Literal["proposed", "accepted", "refused"] | None = None


class ProposalPath(BaseModel):
    """Number of a proposal."""

    proposal_id: int = Field(ge=1, le=2**31 - 1)


@proposals.get(
    "/v1/hashtags/proposals", summary="List proposals from hashtags", responses={200: Proposals}
)
def get_proposals(query: ProposalsQuery) -> dict[str, Any]:
    """Newest first. Every nightly run replaces what is still undecided."""
    before = decode_number_cursor(query.cursor) if query.cursor else None
    with transaction(context().engine) as connection:
        rows = list_proposals(connection, query.status, before=before, limit=query.limit + 1)
    page, cursor = cut_page(rows, query.limit, lambda row: row["id"])
    return {"proposals": [describe_proposal(row) for row in page], "next": cursor}


@proposals.post(
    "/v1/hashtags/proposals/<proposal_id>/accept",
    summary="Accept a proposal",
    responses={200: ProposalDocument, 409: ProblemDocument},
)
def post_accept(path: ProposalPath) -> dict[str, Any]:
    """Makes a shared tag, which the next run learns, or merges a synonym from the next run on."""
    here = context()
    with transaction(here.engine) as connection:
        row = _existing(connection, path.proposal_id)
        tag_id = _tag_of(connection, row) if row["kind"] == "tag" else None
        row = decide(connection, row["id"], "accepted", tag_id=tag_id, key_id=caller_key_id())
        request_run(connection)
    publish_hint(here.celery, FINETUNE)
    return describe_proposal(row)


@proposals.post(
    "/v1/hashtags/proposals/<proposal_id>/refuse",
    summary="Refuse a proposal",
    responses={200: ProposalDocument, 409: ProblemDocument},
)
def post_refuse(path: ProposalPath) -> dict[str, Any]:
    """It is not proposed again. Refusing a merged synonym separates the two words."""
    with transaction(context().engine) as connection:
        row = _existing(connection, path.proposal_id)
        if row["kind"] == "tag" and row["tag_id"] is not None:
            raise Conflict(
                f"The hashtag {row['name']!r} is already a tag; delete the tag with "
                f"DELETE /v1/tags/{slug_of(row['name'])} first."
            )
        return describe_proposal(decide(connection, row["id"], "refused", key_id=caller_key_id()))


def describe_proposal(row: RowMapping) -> dict[str, Any]:
    """Return the document of a proposal."""
    has_tag = row["kind"] == "tag" and row["tag_id"] is not None
    return ProposalDocument(
        **{name: row[name] for name in ("id", "kind", "name", "status", "automatic", "figures")},
        means=row["means_name"] or None,
        tag=slug_of(row["name"]) if has_tag else None,
        created_at=row["created_at"],
        decided_at=row["decided_at"],
    ).model_dump(mode="json")


def _tag_of(connection: Connection, row: RowMapping) -> int:
    """Return the id of the shared tag of an accepted hashtag."""
    if row["tag_id"] is not None:
        return int(row["tag_id"])
    most = context().settings.max_shared_tags
    if count_tags_of(connection, None) >= most:
        raise Conflict(
            f"There are already {most:,} shared tags, the maximum of this server; "
            "delete or merge some, or raise TAGLOOP_MAX_SHARED_TAGS."
        )
    return make_tag(connection, slug_of(row["name"]), row["name"], caller_key_id()).id


def _existing(connection: Connection, proposal_id: int) -> RowMapping:
    row = lock_proposal(connection, proposal_id)
    if row is None:
        raise NotFound(
            f"There is no proposal {proposal_id}; GET /v1/hashtags/proposals lists them."
        )
    return row

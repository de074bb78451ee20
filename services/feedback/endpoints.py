"""`/v1/endpoints`: which systems are told about which events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import Connection, RowMapping

from services.feedback.documents import NO_NUL
from shared.auth.door import caller_access
from shared.db.endpoints import (
    delete_endpoint,
    enable_endpoint,
    find_endpoint,
    insert_endpoint,
    list_endpoints,
    rotate_secret,
)
from shared.db.engine import transaction
from shared.errors import BadRequest, NotFound
from shared.event_types import ALL, MODEL_PROMOTED, OF_IMAGES, EventType
from shared.fetch import check_url
from shared.signing import new_secret
from shared.web.context import context
from shared.web.problems import Problem

URL_LENGTH = 2048
OWNER_LENGTH = 200
DESCRIPTION_LENGTH = 500
# For as long both secrets sign, so that a receiver can change at any moment of a day.
OVERLAP_HOURS = 24

endpoints = APIBlueprint("endpoints", __name__, abp_tags=[Tag(name="events")])


class NewEndpoint(BaseModel):
    """Where events are sent to."""

    url: str = Field(max_length=URL_LENGTH, pattern=NO_NUL, description="http or https")
    events: list[EventType] | None = Field(
        None,
        min_length=1,
        max_length=len(ALL),
        description="only these; left out: all, or with an owner all of images",
    )
    owner: str | None = Field(
        None, max_length=OWNER_LENGTH, pattern=NO_NUL, description="only about their images"
    )
    description: str = Field("", max_length=DESCRIPTION_LENGTH, pattern=NO_NUL)

    @field_validator("events")
    @classmethod
    def drop_repeated(cls, events: list[EventType] | None) -> list[EventType] | None:
        """In a fixed order, each once."""
        return events and [event for event in ALL if event in events]


class Endpoint(BaseModel):
    """Where events are sent to."""

    id: UUID
    url: str
    events: list[EventType]
    owner: str | None
    description: str
    created_at: datetime
    succeeded_at: datetime | None = Field(
        description="when it last took a message, give or take a minute"
    )
    disabled_at: datetime | None = Field(description="since when it is told nothing")
    disabled_reason: str | None
    old_secret_until: datetime | None = Field(
        description="until then messages are signed with the secret before this one, too"
    )


class RegisteredEndpoint(Endpoint):
    """An endpoint, and the new secret that its messages are signed with."""

    secret: str = Field(description="whsec_…; it is shown this once")


class Endpoints(BaseModel):
    """Every endpoint, the newest first."""

    endpoints: list[Endpoint]


class EndpointPath(BaseModel):
    """Names an endpoint."""

    endpoint_id: UUID


@endpoints.post(
    "/v1/endpoints",
    summary="Be told about events",
    responses={201: RegisteredEndpoint, 400: Problem},
)
def post_endpoint(body: NewEndpoint) -> tuple[dict[str, Any], int]:
    """Messages are Standard Webhooks, signed with the secret in this answer."""
    here = context()
    owner = caller_access().narrow(body.owner)
    events = body.events or (ALL if owner is None else OF_IMAGES)
    if owner is not None and MODEL_PROMOTED in events:
        raise BadRequest(f"{MODEL_PROMOTED} concerns no owner's images; leave it or the owner out.")
    check_url(body.url, here.settings.delivery_allowed_hosts)
    with transaction(here.engine) as connection:
        row = insert_endpoint(
            connection,
            url=body.url,
            events=events,
            owner=owner,
            description=body.description,
            secret=new_secret(),
        )
    return RegisteredEndpoint(**row).model_dump(mode="json"), 201


@endpoints.get("/v1/endpoints", summary="Who is told", responses={200: Endpoints})
def get_endpoints() -> dict[str, Any]:
    """Without their secrets."""
    with transaction(context().engine) as connection:
        rows = list_endpoints(connection, caller_access())
    return {"endpoints": [_describe(row) for row in rows]}


@endpoints.get(
    "/v1/endpoints/<endpoint_id>",
    summary="One endpoint",
    responses={200: Endpoint, 404: Problem},
)
def get_endpoint(path: EndpointPath) -> dict[str, Any]:
    """Whether it is told, and since when not."""
    with transaction(context().engine) as connection:
        return _describe(_find(connection, path.endpoint_id))


@endpoints.delete(
    "/v1/endpoints/<endpoint_id>",
    summary="Be told no more",
    responses={204: None, 404: Problem},
)
def remove_endpoint(path: EndpointPath) -> tuple[str, int]:
    """Its deliveries are forgotten, those that wait included."""
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        delete_endpoint(connection, path.endpoint_id)
    return "", 204


@endpoints.post(
    "/v1/endpoints/<endpoint_id>/enable",
    summary="Tell a disabled endpoint again",
    responses={200: Endpoint, 404: Problem},
)
def post_enable(path: EndpointPath) -> dict[str, Any]:
    """From the next event on; what failed meanwhile can be replayed."""
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        enable_endpoint(connection, path.endpoint_id)
        return _describe(_find(connection, path.endpoint_id))


@endpoints.post(
    "/v1/endpoints/<endpoint_id>/rotate",
    summary="Sign with a new secret",
    responses={200: RegisteredEndpoint, 404: Problem},
)
def post_rotate(path: EndpointPath) -> dict[str, Any]:
    """For a day, messages are signed with the old secret too: a receiver may know either."""
    with transaction(context().engine) as connection:
        _find(connection, path.endpoint_id)
        rotate_secret(connection, path.endpoint_id, new_secret(), OVERLAP_HOURS)
        row = _find(connection, path.endpoint_id)
    return RegisteredEndpoint(**row).model_dump(mode="json")


def _find(connection: Connection, endpoint_id: UUID) -> RowMapping:
    row = find_endpoint(connection, endpoint_id, caller_access())
    if row is None:
        raise NotFound(f"There is no endpoint {endpoint_id}; GET /v1/endpoints lists them.")
    return row


def _describe(row: RowMapping) -> dict[str, Any]:
    return Endpoint(**row).model_dump(mode="json")

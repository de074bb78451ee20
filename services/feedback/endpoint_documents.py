"""Endpoints as the API takes and gives them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from services.feedback.documents import NO_NUL
from shared.event_types import ALL, EventType

URL_LENGTH = 2048
OWNER_LENGTH = 200
DESCRIPTION_LENGTH = 500


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
    """A page of endpoints, the newest first."""

    endpoints: list[Endpoint]
    next: str | None = Field(description="cursor of the next page")


class EndpointPath(BaseModel):
    """Names an endpoint."""

    endpoint_id: UUID

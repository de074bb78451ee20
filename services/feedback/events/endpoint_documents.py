"""Schemas of endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from shared.db.events.event_types import ALL, EventType
from shared.web.requests.fields import NO_NUL

URL_LENGTH = 2048
OWNER_LENGTH = 200
DESCRIPTION_LENGTH = 500


def _each_once(events: list[EventType]) -> list[EventType]:
    """Remove duplicates and sort."""
    return [event for event in ALL if event in events]


Url = Annotated[str, Field(max_length=URL_LENGTH, pattern=NO_NUL, description="http or https")]
Events = Annotated[
    list[EventType], Field(min_length=1, max_length=len(ALL)), AfterValidator(_each_once)
]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH, pattern=NO_NUL)]


class NewEndpoint(BaseModel):
    """A URL to send events to."""

    url: Url
    events: Events | None = Field(
        None, description="only these; left out: all, or with an owner all of images"
    )
    owner: str | None = Field(
        None, max_length=OWNER_LENGTH, pattern=NO_NUL, description="only about their images"
    )
    description: Description = ""


class EndpointChanges(BaseModel):
    """Fields to change; omitted and null fields keep their values."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None


class Endpoint(BaseModel):
    """A URL that events are sent to."""

    id: UUID
    url: str
    events: list[EventType]
    owner: str | None
    description: str
    created_at: datetime
    succeeded_at: datetime | None = Field(
        description="when it last accepted a message, to the minute"
    )
    disabled_at: datetime | None = Field(description="since when it gets no events")
    disabled_reason: str | None
    old_secret_until: datetime | None = Field(
        description="until then, messages are signed with earlier secrets as well"
    )


class RegisteredEndpoint(Endpoint):
    """An endpoint and its new signing secret."""

    secret: str = Field(description="whsec_…; it is shown only now")


class Endpoints(BaseModel):
    """A page of endpoints, newest first."""

    endpoints: list[Endpoint]
    next: str | None = Field(description="cursor of the next page")


class EndpointPath(BaseModel):
    """Id of an endpoint."""

    endpoint_id: UUID

"""CloudEvents 1.0 over HTTP: binary, structured and batch."""

import base64
import json
from dataclasses import dataclass
from enum import Enum

from services.ingest.webhooks.events import WebhookDelivery
from services.ingest.webhooks.payload import (
    member,
    optional_text,
    read_json,
    read_json_object,
    text_at,
)
from shared.errors import BadRequest

MAX_EVENTS = 1000
REQUIRED = ("id", "source", "type")


class ContentMode(Enum):
    """The content mode of a request."""

    BINARY = "attributes in headers, data in the body"
    STRUCTURED = "application/cloudevents+json"
    BATCH = "application/cloudevents-batch+json"


@dataclass(frozen=True)
class CloudEvent:
    """One event. Its source and id together are unique, so they are its id here."""

    id: str
    data: object


def form_of(delivery: WebhookDelivery) -> ContentMode | None:
    """Return the content mode of a request; None if it carries no CloudEvents."""
    media_type = delivery.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    for form in (ContentMode.STRUCTURED, ContentMode.BATCH):
        if media_type == form.value:
            return form
    return ContentMode.BINARY if "ce-specversion" in delivery.headers else None


def read_events(delivery: WebhookDelivery, form: ContentMode) -> list[CloudEvent]:
    """Return the events of a request.

    Raises:
        BadRequest: an event lacks a required attribute, or there are too many events.
    """
    if form is ContentMode.BINARY:
        names = ("specversion", *REQUIRED)
        attributes = {name: delivery.headers.get(f"ce-{name}") for name in names}
        return [_read_event({**attributes, "data": read_json_object(delivery.body)})]
    if form is ContentMode.STRUCTURED:
        return [_read_event(read_json_object(delivery.body))]
    batch = read_json(delivery.body)
    if not isinstance(batch, list):
        raise BadRequest("A batch of CloudEvents has to be a JSON array.")
    if len(batch) > MAX_EVENTS:
        raise BadRequest(f"A batch may have at most {MAX_EVENTS:,} CloudEvents.")
    return [_read_event(event) for event in batch]


def _read_event(event: object) -> CloudEvent:
    version = text_at(event, "specversion")
    if version != "1.0":
        raise BadRequest(f"CloudEvents of version {version[:20]!r} are not known; send 1.0.")
    said = {name: text_at(event, name) for name in REQUIRED}
    return CloudEvent(json.dumps([said["source"], said["id"]]), _read_data(event))


def _read_data(event: object) -> object:
    """Return the data of an event; some libraries send JSON as bytes, in base64."""
    encoded = optional_text(event, "data_base64")
    if encoded is None:
        return member(event, "data")
    try:
        return read_json(base64.b64decode(encoded, validate=True))
    except ValueError as error:
        raise BadRequest("The data_base64 of a CloudEvent is not base64.") from error

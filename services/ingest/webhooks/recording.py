"""Store events: all events of a delivery in one transaction, each event once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.webhooks.candidates import image_candidates
from services.ingest.webhooks.events import Event, ObjectEvent, PictureAt
from shared.db.connection.engine import transaction
from shared.db.events.objects import (
    follow_newest,
    lock_object,
    release_image,
    store_object,
)
from shared.db.events.webhooks import take_event
from shared.db.images.images import NewImage, insert_new
from shared.storage.deleting import delete_files
from shared.storage.storage import file_keys
from shared.web import Context


@dataclass
class RecordedEvents:
    """The images that a delivery created, already had, replaced and deleted."""

    new: list[NewImage] = field(default_factory=list)
    known: list[UUID] = field(default_factory=list)
    replaced: list[UUID] = field(default_factory=list)
    deleted: list[UUID] = field(default_factory=list)


def record(
    here: Context, source: str, events: Sequence[Event], values: dict[str, Any]
) -> RecordedEvents:
    """Create the images of new events, delete images whose objects are gone, and notify workers.

    values: options from the webhook's URL; an event's own options take precedence.

    Raises:
        BadRequest: an option is not valid.
        UnsafeUrl: a picture is not at a web address, or a callback URL must not be sent to.
        Replayed: this delivery was received before.
        Unavailable: Postgres does not answer. Nothing was stored.
    """
    recorded = RecordedEvents()
    once = _in_order(events)
    images = image_candidates(once, values, here.settings)
    with transaction(here.engine) as connection:
        for event, image in zip(once, images, strict=True):
            match event:
                case PictureAt():
                    _take_picture(connection, source, event, image, recorded)
                case ObjectEvent():
                    _take_object(connection, event, image, recorded)
        insert_new(connection, recorded.new)
        for image_id in sorted(recorded.replaced):
            recorded.deleted += release_image(connection, image_id)
    delete_files(here.engine, here.storage, file_keys(recorded.deleted))
    if recorded.new:
        here.relay.announce_urls()
    return recorded


def _in_order(events: Sequence[Event]) -> list[Event]:
    """Return the events without duplicates, in an order that prevents deadlocks between deliveries.

    Duplicates within one delivery are not a replay.
    """
    first = {_place(event): event for event in reversed(events)}
    return [first[place] for place in sorted(first)]


def _place(event: Event) -> tuple[str, bytes]:
    if isinstance(event, ObjectEvent):
        return f"{event.bucket}/{event.key}", event.sequencer
    return event.event, b""


def _take_picture(
    connection: Connection,
    source: str,
    event: PictureAt,
    image: NewImage,
    recorded: RecordedEvents,
) -> None:
    taken = take_event(connection, source, event.event, event.sent_at, image.id)
    if taken == image.id:
        recorded.new.append(image)
    elif taken is not None:
        recorded.known.append(taken)


def _take_object(
    connection: Connection, event: ObjectEvent, image: NewImage, recorded: RecordedEvents
) -> None:
    name = f"{event.bucket}/{event.key}"
    state = lock_object(connection, name)
    if event.sequencer <= state.sequencer:
        recorded.known += [state.image_id] if state.image_id and event.present else []
        return
    newest = replace(state, sequencer=event.sequencer, version=event.version)
    if not event.present:
        is_other_version = event.version != state.version and not event.every_version
        if is_other_version and event.version and state.version:
            return
        newest = replace(newest, etag=None, image_id=None, names=None)
    elif state.image_id is not None and event.etag is not None and event.etag == state.etag:
        recorded.known.append(state.image_id)
    else:
        recorded.new.append(image)
        names = {key: getattr(image, key) for key in ("source_url", "filename", "metadata")}
        newest = replace(newest, etag=event.etag, image_id=image.id, names=names)
    store_object(connection, name, newest)
    if state.image_id is not None and newest.image_id == state.image_id:
        follow_newest(connection, state.image_id)
    if state.image_id is not None and newest.image_id != state.image_id:
        recorded.replaced.append(state.image_id)

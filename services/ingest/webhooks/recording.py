"""Turns events into rows: all of one delivery in one transaction, each event once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.ingest.body import parse_options
from services.ingest.intake import clean_filename
from services.ingest.webhooks.events import Event, ObjectEvent, PictureAt
from shared.celery_app import BULK
from shared.db.engine import transaction
from shared.db.images import NewImage, insert_new
from shared.db.webhooks import lock_object, release_image, store_object, take_event
from shared.image_ids import new_image_id
from shared.object_url import object_url
from shared.storage import original_key, thumbnail_key
from shared.web import Context


@dataclass
class Recorded:
    """What a delivery came to: images by id, those to delete included."""

    new: list[NewImage] = field(default_factory=list)
    known: list[UUID] = field(default_factory=list)
    replaced: list[UUID] = field(default_factory=list)
    deleted: list[UUID] = field(default_factory=list)


def record(here: Context, source: str, events: Sequence[Event], values: dict[str, Any]) -> Recorded:
    """Make images of new events, delete those of objects that are gone, and tell the workers.

    values: options of the webhook's own URL; what an event says outweighs them.

    Raises:
        BadRequest: an option does not fit.
        Replayed: this delivery was taken before.
        Unavailable: Postgres is away. Nothing was taken then.
    """
    recorded = Recorded()
    with transaction(here.engine) as connection:
        # In one order everywhere: deliveries of the same events must not wait for each other.
        for event in sorted(events, key=_order):
            match event:
                case PictureAt():
                    _take_picture(connection, source, event, values, recorded)
                case ObjectEvent():
                    _take_object(connection, event, values, recorded)
        insert_new(connection, recorded.new)
        for image_id in sorted(recorded.replaced):
            recorded.deleted += release_image(connection, image_id)
    gone = recorded.deleted
    here.storage.delete([key(image) for image in gone for key in (original_key, thumbnail_key)])
    if recorded.new:
        here.relay.announce_urls()
    return recorded


def _order(event: Event) -> tuple[str, bytes]:
    if isinstance(event, ObjectEvent):
        return f"{event.bucket}/{event.key}", event.sequencer
    return event.event, b""


def _take_picture(
    connection: Connection,
    source: str,
    event: PictureAt,
    values: dict[str, Any],
    recorded: Recorded,
) -> None:
    image = _new_image({**values, **event.options, "url": event.url}, event.filename)
    taken = take_event(connection, source, event.event, event.sent_at, image.id)
    if taken == image.id:
        recorded.new.append(image)
    elif taken is not None:
        recorded.known.append(taken)


def _take_object(
    connection: Connection, event: ObjectEvent, values: dict[str, Any], recorded: Recorded
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
        newest = replace(newest, etag=None, image_id=None)
    elif state.image_id is not None and event.etag is not None and event.etag == state.etag:
        recorded.known.append(state.image_id)
    else:
        image = _image_of_object(event, values)
        recorded.new.append(image)
        newest = replace(newest, etag=event.etag, image_id=image.id)
    store_object(connection, name, newest)
    if state.image_id is not None and newest.image_id != state.image_id:
        recorded.replaced.append(state.image_id)


def _image_of_object(event: ObjectEvent, values: dict[str, Any]) -> NewImage:
    known = {"bucket": event.bucket, "key": event.key}
    if event.version:
        known["version"] = event.version
    filename = PurePosixPath(event.key).name
    image = _new_image({**values, "metadata": known}, filename)
    return replace(image, source_url=object_url(event.bucket, event.key))


def _new_image(values: dict[str, Any], filename: str | None) -> NewImage:
    options = parse_options(values)
    return NewImage(
        id=new_image_id(),
        owner=options.owner,
        # Nobody waits in front of a webhook.
        queue=BULK,
        source_url=options.url,
        filename=clean_filename(filename),
        hashtags=options.hashtags,
        metadata=options.metadata,
        callback_url=options.callback_url,
    )

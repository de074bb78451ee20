"""Events of webhooks, as queries: taken once, in the order in which they happened."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.db.images.images import delete_image
from shared.db.schema import images, webhook_events, webhook_objects
from shared.errors import Replayed
from shared.storage.object_url import SCHEME

# What is known of an object before its first event.
NO_SEQUENCER = b""


@dataclass(frozen=True)
class ObjectState:
    """An object as its newest event left it."""

    sequencer: bytes
    etag: str | None = None
    version: str | None = None
    image_id: UUID | None = None


def take_event(
    connection: Connection, source: str, event: str, sent_at: int | None, image_id: UUID
) -> UUID | None:
    """Note an event that is new, with the image that the caller then has to insert.

    sent_at: Unix seconds, where the sender signs each delivery with its time.

    Returns `image_id`, or what an earlier delivery of the same event has made: another image, or
    None if that was deleted since.

    Raises:
        Replayed: a delivery of this event that was signed at this time or later was taken before.
    """
    key = _digest(event)
    taken = connection.execute(
        insert(webhook_events)
        .values(source=source, event=key, sent_at=sent_at, image_id=image_id)
        .on_conflict_do_nothing()
    )
    if taken.rowcount:
        return image_id
    here = (webhook_events.c.source == source) & (webhook_events.c.event == key)
    if sent_at is not None:
        newer = connection.execute(
            update(webhook_events)
            .where(
                here, or_(webhook_events.c.sent_at.is_(None), webhook_events.c.sent_at < sent_at)
            )
            .values(sent_at=sent_at)
        )
        if not newer.rowcount:
            raise Replayed
    return connection.scalar(select(webhook_events.c.image_id).where(here))


def lock_object(connection: Connection, name: str) -> ObjectState:
    """What is known of an object; other events of it wait until this transaction ends."""
    key = _digest(name)
    connection.execute(
        insert(webhook_objects).values(object=key, sequencer=NO_SEQUENCER).on_conflict_do_nothing()
    )
    row = connection.execute(
        select(
            webhook_objects.c.sequencer,
            webhook_objects.c.etag,
            webhook_objects.c.version,
            webhook_objects.c.image_id,
        )
        .where(webhook_objects.c.object == key)
        .with_for_update()
    ).one()
    return ObjectState(bytes(row.sequencer), row.etag, row.version, row.image_id)


def store_object(connection: Connection, name: str, state: ObjectState) -> None:
    """Note what an event, newer than all before, made of an object."""
    connection.execute(
        update(webhook_objects).where(webhook_objects.c.object == _digest(name)).values(vars(state))
    )


def release_image(connection: Connection, image_id: UUID) -> list[UUID]:
    """Delete the image of an object that is gone, if nothing else stands for it.

    It stays where another object has the same bytes, or where they were sent in another way
    before. Returns the ids that are gone; their blobs are left to the caller.
    """
    original = _find_original(connection, image_id)
    if original is None:
        return []
    copies = select(images.c.id).where(
        or_(images.c.id == original["id"], images.c.same_as == original["id"])
    )
    held = connection.scalar(select(func.count()).where(webhook_objects.c.image_id.in_(copies)))
    came_from_object = (original["source_url"] or "").startswith(SCHEME)
    if came_from_object and not held:
        return delete_image(connection, original["id"])
    if original["id"] == image_id:
        return []
    connection.execute(delete(images).where(images.c.id == image_id))
    return [image_id]


def _find_original(connection: Connection, image_id: UUID) -> RowMapping | None:
    statement = text("""
        SELECT original.id, original.source_url
        FROM images JOIN images original ON original.id = coalesce(images.same_as, images.id)
        WHERE images.id = :id
    """)
    return connection.execute(statement, {"id": image_id}).mappings().first()


def _digest(name: str) -> bytes:
    """Names are of any length and may have characters that Postgres can't keep."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).digest()

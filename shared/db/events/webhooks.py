"""Queries about the events of webhooks: each event is taken once."""

import hashlib
from uuid import UUID

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import webhook_events
from shared.errors import Replayed


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
    key = name_digest(event)
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


def name_digest(name: str) -> bytes:
    """Return the SHA-256 of a name, which may be long or have characters that Postgres refuses."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).digest()

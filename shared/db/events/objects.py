"""Queries about objects in buckets, and about the images that stand for them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.db.corrections.withdrawn import withdraw_image
from shared.db.events.webhooks import name_digest
from shared.db.schema import images, object_releases, webhook_objects
from shared.storage.object_url import SCHEME

# What is known of an object before its first event.
NO_SEQUENCER = b""
# The events of one renaming mostly arrive within this time of each other.
RENAMING_SECONDS = 60.0
# An image whose object is gone is shown for no longer. If its bytes are fetched later, it comes
# back with its id and its corrections.
MAX_WAIT_SECONDS = 300.0
RELEASES_AT_ONCE = 100


@dataclass(frozen=True)
class ObjectState:
    """An object as its newest event left it.

    names: source_url, filename and metadata of its image; None where it has no image.
    """

    sequencer: bytes
    etag: str | None = None
    version: str | None = None
    image_id: UUID | None = None
    names: dict[str, Any] | None = None


def lock_object(connection: Connection, name: str) -> ObjectState:
    """Return what is known of an object; other events of it wait until this transaction ends."""
    key = name_digest(name)
    connection.execute(
        insert(webhook_objects).values(object=key, sequencer=NO_SEQUENCER).on_conflict_do_nothing()
    )
    row = connection.execute(
        select(
            webhook_objects.c.sequencer,
            webhook_objects.c.etag,
            webhook_objects.c.version,
            webhook_objects.c.image_id,
            webhook_objects.c.names,
        )
        .where(webhook_objects.c.object == key)
        .with_for_update()
    ).one()
    return ObjectState(bytes(row.sequencer), row.etag, row.version, row.image_id, row.names)


def store_object(connection: Connection, name: str, state: ObjectState) -> None:
    """Store the state of an object after its newest event."""
    connection.execute(
        update(webhook_objects)
        .where(webhook_objects.c.object == name_digest(name))
        .values(vars(state) | {"changed_at": func.now()})
    )


def release_image(connection: Connection, image_id: UUID) -> list[UUID]:
    """Give up the image of an object that is gone or has other bytes; return the deleted ids.

    It stays where another object has the same bytes, or where they were sent in another way. While
    other objects are being fetched, one of which may have the same bytes, it stays until
    `settle_releases` knows. Files are noted for deletion; call `delete_files` after the commit.
    """
    original = _lock_original(connection, image_id)
    if original is None:
        return []
    gone = []
    if original.id != image_id:
        connection.execute(delete(images).where(images.c.id == image_id))
        gone = [image_id]
    if not original.is_object:
        return gone
    if _is_held(connection, original.id):
        follow_newest(connection, original.id)
        return gone
    if not original.is_blank and _may_come_again(connection, original, None):
        connection.execute(
            insert(object_releases).values(image_id=original.id).on_conflict_do_nothing()
        )
        return gone
    return [*gone, *withdraw_image(connection, original.id)]


def settle_releases(connection: Connection) -> list[UUID]:
    """Delete the released images whose bytes no fetched object has; return the deleted ids.

    Files are noted for deletion; call `delete_files` after the commit.
    """
    waiting = connection.execute(
        select(object_releases).order_by(object_releases.c.image_id).limit(RELEASES_AT_ONCE)
    ).all()
    gone = []
    for release in waiting:
        original = _lock_original(connection, release.image_id)
        if original is None:
            continue
        is_held = not original.is_object or _is_held(connection, original.id)
        if not is_held and _may_come_again(connection, original, release.released_at):
            continue
        connection.execute(delete(object_releases).where(object_releases.c.image_id == original.id))
        if is_held:
            follow_newest(connection, original.id)
        else:
            gone += withdraw_image(connection, original.id)
    return gone


def follow_newest(connection: Connection, image_id: UUID) -> None:
    """Give an image the names of the newest object that has its bytes.

    One that was uploaded as well keeps its own.
    """
    connection.execute(
        text("""
            UPDATE images
            SET source_url = newest.names ->> 'source_url',
                filename = newest.names ->> 'filename',
                metadata = (images.metadata - :own) || (newest.names -> 'metadata')
            FROM (
                SELECT names FROM webhook_objects JOIN images named ON named.id = image_id
                WHERE coalesce(named.same_as, named.id) = :id AND names IS NOT NULL
                ORDER BY changed_at DESC, sequencer DESC LIMIT 1
            ) AS newest
            WHERE images.id = :id AND images.source_url LIKE :scheme
        """),
        {"id": image_id, "own": ["bucket", "key", "version"], "scheme": f"{SCHEME}%"},
    )


def _lock_original(connection: Connection, image_id: UUID) -> Row[Any] | None:
    """Return the image that this one copies, or itself; no one else changes it meanwhile."""
    query = text("""
        SELECT original.id, original.owner, original.source_url LIKE :scheme AS is_object,
               original.sha256 IS NULL AND NOT EXISTS (
                   SELECT FROM corrections WHERE image_id = original.id
               ) AS is_blank
        FROM images JOIN images original ON original.id = coalesce(images.same_as, images.id)
        WHERE images.id = :id
        FOR UPDATE OF original
    """)
    return connection.execute(query, {"id": image_id, "scheme": f"{SCHEME}%"}).first()


def _is_held(connection: Connection, original: UUID) -> bool:
    """Whether an object stands for this image or a copy of it."""
    query = text("""
        SELECT EXISTS (
            SELECT FROM webhook_objects JOIN images ON images.id = image_id
            WHERE coalesce(images.same_as, images.id) = :id
        )
    """)
    return bool(connection.scalar(query, {"id": original}))


def _may_come_again(connection: Connection, original: Row[Any], released_at: object | None) -> bool:
    """Whether an object of the same owner that came with the release is still to be fetched."""
    query = text("""
        SELECT EXISTS (
            SELECT FROM images JOIN webhook_objects ON image_id = images.id
            WHERE status = 'queued' AND sha256 IS NULL AND owner = :owner AND images.id <> :id
              AND abs(extract(epoch FROM created_at - coalesce(:released_at, now()))) < :renaming
              AND now() < coalesce(:released_at, now()) + make_interval(secs => :longest)
        )
    """)
    values = {
        "owner": original.owner,
        "id": original.id,
        "released_at": released_at,
        "renaming": RENAMING_SECONDS,
        "longest": MAX_WAIT_SECONDS,
    }
    return bool(connection.scalar(query, values))

"""Queries about images whose bytes are still at a URL: claimed, then stored or failed."""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, select, text

from shared.db.corrections.corrections import move_corrections
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.corrections.withdrawn import find_withdrawn, give_back
from shared.db.events.event_types import IMAGE_FAILED, IMAGE_TAGGED
from shared.db.events.events import report_images
from shared.db.events.objects import follow_newest
from shared.db.images.file_deletions import cancel_deletions, note_deletions
from shared.db.images.images import outlive_objects
from shared.db.images.merging import merge_copy
from shared.db.images.notifications import notify_done
from shared.db.images.tagging import Claim
from shared.db.images.transient import is_transient, keep_images
from shared.db.owners.access import EVERYTHING
from shared.db.schema import images
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.object_url import SCHEME
from shared.storage.originals import Original
from shared.storage.storage import file_keys, original_key


@dataclass(frozen=True)
class ImageToFetch:
    """An image that a fetcher has claimed. attempt: the number of this attempt, from 1."""

    id: UUID
    url: str
    queue: str
    attempt: int


class Fetched(Enum):
    """The outcome of storing an image whose bytes arrived."""

    WAITS = "it waits to be tagged"
    COPY = "the same owner has an image of the same bytes; it is another name of that one"
    REVIVED = "the same owner had an image of the same bytes; it is back, and this one its copy"
    LOST = "the lease ran out, and another fetcher has it"
    GONE = "it was deleted meanwhile, and its bytes have to go too"


def claim_to_fetch(
    connection: Connection, lease_seconds: float, max_attempts: int
) -> tuple[Claim, ImageToFetch] | None:
    """Claim the oldest image that waits to be fetched and has no other claim."""
    token = uuid4()
    row = connection.execute(
        text("""
            UPDATE images
            SET claim = :token, attempts = attempts + 1,
                lease_until = now() + make_interval(secs => :lease_seconds)
            WHERE id = (
                SELECT id FROM images
                WHERE status = 'queued' AND sha256 IS NULL AND attempts < :max_attempts
                  AND (lease_until IS NULL OR lease_until < now())
                ORDER BY id LIMIT 1
                FOR NO KEY UPDATE SKIP LOCKED
            )
            RETURNING id, source_url, queue, attempts
        """),
        {"token": token, "lease_seconds": lease_seconds, "max_attempts": max_attempts},
    ).first()
    return row and (Claim(token, ()), ImageToFetch(row.id, row.source_url, row.queue, row.attempts))


def store_fetched(
    connection: Connection, claim: Claim, image_id: UUID, original: Original
) -> Fetched:
    """Note that the bytes of an image are stored, or that it is a copy.

    If the outcome is REVIVED, the caller stores the bytes under the key of `find_original` before
    the transaction ends.

    Raises:
        IntegrityError: the same bytes were stored for another image at the same moment. A second
            call, in a new transaction, finds that image.
    """
    values = {"id": image_id, "token": claim.token, **vars(original)}
    known = connection.execute(
        text("""
            SELECT other.id FROM images JOIN images other USING (owner)
            WHERE images.id = :id AND other.sha256 = :sha256 AND other.id <> images.id
        """),
        values,
    ).scalar()
    if known is None:
        withdrawn = find_withdrawn(connection, image_id, original.sha256)
        if withdrawn is not None:
            return _revive(connection, values, withdrawn)
        stored = connection.execute(
            text("""
                UPDATE images
                SET sha256 = :sha256, bytes = :bytes, format = :format, width = :width,
                    height = :height, orientation = :orientation, attempts = 0, claim = NULL,
                    lease_until = NULL, error = NULL, announced_at = now()
                WHERE id = :id AND claim = :token AND status = 'queued'
            """),
            values,
        )
        return Fetched.WAITS if stored.rowcount else _lost_or_gone(connection, image_id)
    # Lock both at once, in the order that all transactions use.
    lock_images(connection, [image_id, known], EVERYTHING)
    if not _become_copy(connection, values, known):
        return _lost_or_gone(connection, image_id)
    if not is_transient(connection, image_id):
        keep_images(connection, [known])
    merge_copy(connection, image_id, known)
    if move_corrections(connection, image_id, known):
        redecide(connection, read_vocabulary_index(connection), [known])
    source = connection.scalar(select(images.c.source_url).where(images.c.id == image_id))
    if not (source or "").startswith(SCHEME):
        outlive_objects(connection, [known], source)
    follow_newest(connection, known)
    _report_copy(connection, image_id, known)
    return Fetched.COPY


def find_original(connection: Connection, image_id: UUID) -> UUID:
    """Return the id of the image that this one copies, or its own."""
    query = text("SELECT coalesce(same_as, id) FROM images WHERE id = :id")
    found: UUID = connection.execute(query, {"id": image_id}).scalar_one()
    return found


def _become_copy(connection: Connection, values: dict[str, Any], known: UUID) -> bool:
    """Make the fetched image a copy of a known one; return False if the claim was lost."""
    stored = connection.execute(
        text("""
            UPDATE images
            SET same_as = :known, status = 'tagged', tagged_at = now(), claim = NULL,
                lease_until = NULL, error = NULL
            WHERE id = :id AND claim = :token AND status = 'queued'
        """),
        {**values, "known": known},
    )
    if not stored.rowcount:
        return False
    # Its bytes are stored under the key of the known one.
    note_deletions(connection, [original_key(values["id"])])
    return True


def _revive(connection: Connection, values: dict[str, Any], withdrawn: UUID) -> Fetched:
    """Restore a withdrawn image under its id, with its corrections, and queue it."""
    held = connection.execute(
        text("""
            SELECT FROM images WHERE id = :id AND claim = :token AND status = 'queued' FOR UPDATE
        """),
        values,
    )
    if held.first() is None:
        return _lost_or_gone(connection, values["id"])
    connection.execute(
        text("""
            INSERT INTO images
                (id, owner, sha256, bytes, format, width, height, orientation, source_url, filename,
                 hashtags, metadata, learn, queue, request_id)
            SELECT :withdrawn, owner, :sha256, :bytes, :format, :width, :height, :orientation,
                   source_url, filename, hashtags, metadata, learn, queue, request_id
            FROM images WHERE id = :id
        """),
        {**values, "withdrawn": withdrawn},
    )
    cancel_deletions(connection, file_keys([withdrawn]))
    _become_copy(connection, values, withdrawn)
    move_corrections(connection, values["id"], withdrawn)
    give_back(connection, withdrawn, withdrawn)
    return Fetched.REVIVED


def _report_copy(connection: Connection, copy: UUID, original: UUID) -> None:
    """Report the outcome of a copy, unless its original still waits: then that reports it."""
    query = text("SELECT status FROM images WHERE id = :original")
    status = connection.scalar(query, {"original": original})
    if status != "queued":
        report_images(connection, IMAGE_FAILED if status == "failed" else IMAGE_TAGGED, [copy])
        notify_done(connection, [copy])


def _lost_or_gone(connection: Connection, image_id: UUID) -> Fetched:
    found = connection.execute(text("SELECT FROM images WHERE id = :id"), {"id": image_id})
    return Fetched.LOST if found.first() is not None else Fetched.GONE

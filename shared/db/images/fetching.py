"""Images whose bytes are still at a URL, as queries: claimed one by one, then stored or failed."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from shared.api.event_types import IMAGE_FAILED, IMAGE_TAGGED
from shared.db.corrections.corrections import move_corrections
from shared.db.corrections.decisions import lock_images, redecide
from shared.db.events.events import report_images
from shared.db.images.file_deletions import note_deletions
from shared.db.images.notifications import notify_done
from shared.db.images.tagging import Claim
from shared.db.owners.access import EVERYTHING
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.originals import Original
from shared.storage.storage import original_key


@dataclass(frozen=True)
class ImageToFetch:
    """An image that a fetcher holds."""

    id: UUID
    url: str
    queue: str


class Fetched(Enum):
    """What became of an image whose bytes arrived."""

    WAITS = "it waits to be tagged"
    COPY = "the same owner has an image of the same bytes; it is another name of that one"
    LOST = "the lease ran out, and somebody else has it"
    GONE = "it was deleted meanwhile, and its bytes have to go too"


def claim_to_fetch(
    connection: Connection, lease_seconds: float, max_attempts: int
) -> tuple[Claim, ImageToFetch] | None:
    """Take the oldest image that waits to be fetched and that nobody else holds."""
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
                FOR UPDATE SKIP LOCKED
            )
            RETURNING id, source_url, queue
        """),
        {"token": token, "lease_seconds": lease_seconds, "max_attempts": max_attempts},
    ).first()
    return row and (Claim(token, ()), ImageToFetch(row.id, row.source_url, row.queue))


def store_fetched(
    connection: Connection, claim: Claim, image_id: UUID, original: Original
) -> Fetched:
    """Note that the bytes of an image are stored, or that it turned out to be a copy.

    Raises:
        IntegrityError: the same bytes were stored for another image at this very moment. Called
            again in a new transaction, it finds that one.
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
    # Both at once, in the order in which everybody locks them.
    lock_images(connection, [image_id, known], EVERYTHING)
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
        return _lost_or_gone(connection, image_id)
    note_deletions(connection, [original_key(image_id)])
    if move_corrections(connection, image_id, known):
        redecide(connection, read_vocabulary_index(connection), [known])
    _report_copy(connection, image_id, known)
    return Fetched.COPY


def _report_copy(connection: Connection, copy: UUID, original: UUID) -> None:
    """Tell what became of a copy, unless its original still waits: then that tells it."""
    query = text("SELECT status FROM images WHERE id = :original")
    status = connection.scalar(query, {"original": original})
    if status != "queued":
        report_images(connection, IMAGE_FAILED if status == "failed" else IMAGE_TAGGED, [copy])
        notify_done(connection, [copy])


def _lost_or_gone(connection: Connection, image_id: UUID) -> Fetched:
    found = connection.execute(text("SELECT FROM images WHERE id = :id"), {"id": image_id})
    return Fetched.LOST if found.first() is not None else Fetched.GONE

"""The way of an image through a worker: claimed under a lease, then tagged, failed or returned."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import numpy as np
from sqlalchemy import Connection, text

from shared.db.corrections.withdrawn import give_back_all
from shared.db.events.event_types import IMAGE_FAILED, IMAGE_TAGGED
from shared.db.events.events import report_images
from shared.db.images.notifications import notify_done
from shared.db.images.results import store_embeddings, store_image_tags
from shared.db.search.likeness.fingerprints import store_fingerprints
from shared.errors import NetworkReplaced
from shared.pictures.fingerprint import Fingerprint


@dataclass(frozen=True)
class ClaimedImage:
    """An image that a worker has claimed. was_abandoned: an earlier worker's lease ran out."""

    id: UUID
    format: str
    orientation: int
    waited_seconds: float
    owner: str = ""
    was_abandoned: bool = False
    request_id: str | None = None


@dataclass(frozen=True)
class Claim:
    """Images that one worker holds under one token, until the lease runs out.

    claimed_at: this process's monotonic clock, in seconds.
    """

    token: UUID
    images: tuple[ClaimedImage, ...]
    claimed_at: float = field(default_factory=time.monotonic)

    def seconds_held(self) -> float:
        """The seconds since the images were claimed."""
        return time.monotonic() - self.claimed_at


@dataclass(frozen=True)
class TaggedImage:
    """The outcome of one image.

    embedding: (dimensions,) float16; tag_ids (n,) int32 and confidences (n,) float32.
    decoded_share: the share of the picture that was decoded, 1 if its file is complete.
    """

    id: UUID
    embedding: np.ndarray
    tag_ids: np.ndarray
    confidences: np.ndarray
    decoded_share: float = 1.0
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True)
class FailedImage:
    """An image that cannot be tagged, and the reason as a sentence for people."""

    id: UUID
    error: str


def claim_images(
    connection: Connection, ids: Sequence[UUID], lease_seconds: float, max_attempts: int
) -> Claim:
    """Claim the given images that are stored, queued and not claimed by another worker.

    The commit does not wait for the disk: a claim that a crash of Postgres undoes is made again.
    The lock is FOR NO KEY UPDATE: a claim that skipped the images whose rows another request
    merely refers to (an upload of the same bytes, a correction) would leave them to the sweeper.
    """
    token = uuid4()
    rows = connection.execute(
        text("""
            SET LOCAL synchronous_commit = off;
            WITH free AS (
                SELECT id, claim IS NOT NULL AS was_abandoned FROM images
                WHERE id = ANY(:ids) AND status = 'queued' AND sha256 IS NOT NULL
                  AND attempts < :max_attempts
                  AND (lease_until IS NULL OR lease_until < now())
                ORDER BY id
                FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE images
            SET claim = :token, attempts = attempts + 1,
                lease_until = now() + make_interval(secs => :lease_seconds)
            FROM free WHERE images.id = free.id
            RETURNING images.id, format, orientation,
                      extract(epoch FROM now() - created_at)::float8 AS waited_seconds,
                      owner, was_abandoned, request_id
        """),
        {
            "ids": list(ids),
            "max_attempts": max_attempts,
            "token": token,
            "lease_seconds": lease_seconds,
        },
    ).mappings()
    return Claim(token, tuple(ClaimedImage(**row) for row in rows))


def store_tagged(
    connection: Connection,
    claim: Claim,
    tagged: Sequence[TaggedImage],
    backbone_id: int,
    model_version: int,
) -> set[UUID]:
    """Write embeddings and tags of the images that the claim still holds; return their ids.

    Raises:
        TagDeleted: one of the tags no longer exists.
        NetworkReplaced: the backbone is not the live one any more.
    """
    live = text("SELECT backbone_id FROM models WHERE status = 'live'")
    if connection.scalar(live) != backbone_id:
        raise NetworkReplaced
    held = set(
        connection.scalars(
            text("""
                WITH held AS (
                    SELECT id FROM images
                    WHERE id = ANY(:ids) AND claim = :token AND status = 'queued'
                    ORDER BY id
                    FOR NO KEY UPDATE
                )
                UPDATE images
                SET status = 'tagged', tagged_at = now(), model_version = :model_version,
                    claim = NULL, lease_until = NULL, error = NULL, request_id = NULL
                FROM held WHERE images.id = held.id
                RETURNING images.id
            """),
            {
                "ids": [image.id for image in tagged],
                "token": claim.token,
                "model_version": model_version,
            },
        )
    )
    stored = [image for image in tagged if image.id in held]
    if stored:
        ids = [image.id for image in stored]
        embeddings = np.stack([image.embedding for image in stored])
        store_embeddings(connection, ids, embeddings, backbone_id)
        store_image_tags(
            connection,
            ids,
            np.array([len(image.tag_ids) for image in stored]),
            np.concatenate([image.tag_ids for image in stored]),
            np.concatenate([image.confidences for image in stored]),
        )
        give_back_all(connection, held)
        _note_partial(connection, stored)
        store_fingerprints(
            connection,
            {image.id: image.fingerprint for image in stored if image.fingerprint},
            {image.id: image.owner for image in claim.images},
        )
        report_images(connection, IMAGE_TAGGED, held)
        notify_done(connection, held)
    return held


def _note_partial(connection: Connection, stored: Sequence[TaggedImage]) -> None:
    """Note which images were decoded only in part."""
    partial = [image for image in stored if image.decoded_share < 1]
    if partial:
        connection.execute(
            text("""
                UPDATE images SET decoded_share = part.share
                FROM unnest(:ids, CAST(:shares AS real[])) AS part(id, share)
                WHERE images.id = part.id
            """),
            {
                "ids": [image.id for image in partial],
                "shares": [image.decoded_share for image in partial],
            },
        )


def store_failed(connection: Connection, claim: Claim, failed: Sequence[FailedImage]) -> None:
    """Mark images as failed, with the reason."""
    held = connection.scalars(
        text("""
            UPDATE images
            SET status = 'failed', error = failure.error, claim = NULL, lease_until = NULL
            FROM unnest(:ids, :errors) AS failure(id, error)
            WHERE images.id = failure.id AND claim = :token AND status = 'queued'
            RETURNING images.id
        """),
        {
            "ids": [image.id for image in failed],
            "errors": [image.error for image in failed],
            "token": claim.token,
        },
    ).all()
    report_images(connection, IMAGE_FAILED, held)
    notify_done(connection, held)


def extend_lease(connection: Connection, claim: Claim, lease_seconds: float) -> None:
    """Hold a claim's images for another lease from now on."""
    connection.execute(
        text("""
            UPDATE images SET lease_until = now() + make_interval(secs => :lease_seconds)
            WHERE id = ANY(:ids) AND claim = :token AND status = 'queued'
        """),
        {
            "ids": [image.id for image in claim.images],
            "token": claim.token,
            "lease_seconds": lease_seconds,
        },
    )


def return_to_queue(
    connection: Connection,
    claim: Claim,
    ids: Sequence[UUID],
    reason: str,
    retry_seconds: float,
) -> None:
    """Return images to the queue that may be tagged later; remember the reason."""
    connection.execute(
        text("""
            UPDATE images
            SET claim = NULL, error = :reason,
                lease_until = now() + make_interval(secs => :retry_seconds)
            WHERE id = ANY(:ids) AND claim = :token AND status = 'queued'
        """),
        {
            "ids": list(ids),
            "token": claim.token,
            "reason": reason,
            "retry_seconds": retry_seconds,
        },
    )

"""Queries for sending deliveries: due, claimed under a lease, then delivered, retried or failed.

A claim moves `due_at` to the end of its lease, so the deliveries of a sender that died become due
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, text


@dataclass(frozen=True)
class Claimed:
    """Deliveries to one destination, claimed by one sender, the longest due first."""

    token: UUID
    destination: str
    deliveries: tuple[RowMapping, ...]


@dataclass(frozen=True)
class DeliveryResult:
    """How an attempt ended. retry_seconds: until the next attempt; None if there is none."""

    delivery_id: UUID
    status: str
    answer: int | None = None
    error: str | None = None
    retry_seconds: float | None = None


def find_waiting(connection: Connection) -> dict[str, float]:
    """Return every destination with waiting deliveries, and in how many seconds the first is due.

    Jumps through the index from destination to destination, so the number of deliveries hardly
    matters.
    """
    rows = connection.execute(
        text("""
            WITH RECURSIVE waiting AS (
                (SELECT destination, due_at FROM deliveries WHERE status = 'waiting'
                 ORDER BY destination, due_at LIMIT 1)
                UNION ALL
                SELECT next.destination, next.due_at
                FROM waiting CROSS JOIN LATERAL (
                    SELECT destination, due_at FROM deliveries
                    WHERE status = 'waiting' AND destination > waiting.destination
                    ORDER BY destination, due_at LIMIT 1
                ) next
            )
            SELECT destination, extract(epoch FROM due_at - now())::float8 AS seconds FROM waiting
        """)
    )
    return {row.destination: row.seconds for row in rows}


def claim_due(
    connection: Connection, destination: str, limit: int, lease_seconds: float
) -> Claimed | None:
    """Claim a destination's due deliveries that no other sender holds, the longest due first."""
    token = uuid4()
    rows = connection.execute(
        text("""
            WITH due AS (
                SELECT id, due_at FROM deliveries
                WHERE status = 'waiting' AND destination = :destination AND due_at <= now()
                ORDER BY due_at LIMIT :limit
                FOR NO KEY UPDATE SKIP LOCKED
            ), claimed AS (
                UPDATE deliveries
                SET claim = :token, due_at = now() + make_interval(secs => :lease_seconds)
                FROM due WHERE deliveries.id = due.id
                RETURNING deliveries.*, due.due_at AS was_due_at
            )
            SELECT * FROM claimed ORDER BY was_due_at, id
        """),
        {
            "token": token,
            "destination": destination,
            "limit": limit,
            "lease_seconds": lease_seconds,
        },
    )
    claimed = tuple(rows.mappings())
    return Claimed(token, destination, claimed) if claimed else None


def keep_bodies(connection: Connection, bodies: Mapping[UUID, str]) -> None:
    """Store the bodies, so that later attempts send the same."""
    connection.execute(
        text("""
            UPDATE deliveries SET body = kept.body
            FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS text[])) AS kept(id, body)
            WHERE deliveries.id = kept.id
        """),
        {"ids": list(bodies), "bodies": list(bodies.values())},
    )


def store_results(connection: Connection, token: UUID, results: Sequence[DeliveryResult]) -> None:
    """Store the outcomes of attempts, for deliveries that the claim still holds."""
    columns: dict[str, list[Any]] = {
        "ids": [result.delivery_id for result in results],
        "statuses": [result.status for result in results],
        "answers": [result.answer for result in results],
        "errors": [result.error for result in results],
        "seconds": [result.retry_seconds for result in results],
    }
    connection.execute(
        text("""
            UPDATE deliveries
            SET status = result.status, answer = result.answer, error = result.error,
                attempts = attempts + 1, claim = NULL,
                due_at = now() + make_interval(secs => coalesce(result.seconds, 0)),
                finished_at = CASE WHEN result.status <> 'waiting' THEN now() END
            FROM unnest(
                CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:answers AS smallint[]),
                CAST(:errors AS text[]), CAST(:seconds AS float8[])
            ) AS result(id, status, answer, error, seconds)
            WHERE deliveries.id = result.id AND claim = :token AND deliveries.status = 'waiting'
        """),
        {**columns, "token": token},
    )


def release(connection: Connection, claimed: Claimed) -> None:
    """Release the untried deliveries of a claim; they are due at once."""
    connection.execute(
        text("""
            UPDATE deliveries SET claim = NULL, due_at = now()
            WHERE id = ANY(:ids) AND claim = :token AND status = 'waiting'
        """),
        {"ids": [row["id"] for row in claimed.deliveries], "token": claimed.token},
    )


def fail_waiting(connection: Connection, endpoint_id: UUID, reason: str) -> int:
    """Fail an endpoint's waiting deliveries that no sender holds; return how many there were."""
    failed = connection.execute(
        text("""
            UPDATE deliveries
            SET status = 'failed', error = :reason, finished_at = now()
            WHERE destination = :destination AND status = 'waiting'
              AND (claim IS NULL OR due_at <= now())
        """),
        {"destination": str(endpoint_id), "reason": reason},
    )
    return failed.rowcount


def note_success(connection: Connection, endpoint_id: UUID) -> None:
    """Note that an endpoint accepted a message, at most once a minute."""
    connection.execute(
        text("""
            UPDATE endpoints SET succeeded_at = now()
            WHERE id = :id
              AND (succeeded_at IS NULL OR succeeded_at < now() - interval '1 minute')
        """),
        {"id": endpoint_id},
    )


def is_dead(connection: Connection, endpoint_id: UUID, seconds: float) -> bool:
    """Return whether an endpoint has accepted nothing for this long."""
    return bool(
        connection.scalar(
            text("""
                SELECT coalesce(succeeded_at, created_at) < now() - make_interval(secs => :seconds)
                FROM endpoints WHERE id = :id
            """),
            {"id": endpoint_id, "seconds": seconds},
        )
    )


def forget_finished(connection: Connection, days: int, limit: int) -> int:
    """Delete deliveries that ended this long ago; return how many there were."""
    deleted = connection.execute(
        text("""
            DELETE FROM deliveries WHERE id IN (
                SELECT id FROM deliveries
                WHERE status <> 'waiting' AND finished_at < now() - make_interval(days => :days)
                LIMIT :limit
            )
        """),
        {"days": days, "limit": limit},
    )
    return deleted.rowcount

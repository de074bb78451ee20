"""Queries about endpoints, the receivers of events."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from uuid_utils.compat import uuid7

from shared.db.owners.access import Access
from shared.db.schema import endpoints
from shared.db.schema.base import now
from shared.errors import Conflict

# The header with the signatures has 47 characters for each secret.
MAX_OLD_SECRETS = 10


def insert_endpoint(
    connection: Connection,
    *,
    url: str,
    events: Sequence[str],
    owner: str | None,
    description: str,
    secret: str,
) -> RowMapping:
    """Insert an endpoint; it receives events from the commit on."""
    statement = insert(endpoints).values(
        id=uuid7(),
        url=url,
        events=list(events),
        owner=owner,
        description=description,
        secret=secret,
    )
    return connection.execute(statement.returning(*endpoints.c)).mappings().one()


def list_endpoints(
    connection: Connection, access: Access, *, before: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Return the endpoints that the caller may see, newest first, from `before` on."""
    query = select(endpoints).order_by(endpoints.c.id.desc()).limit(limit)
    if access.owner is not None:
        query = query.where(endpoints.c.owner == access.owner)
    if before is not None:
        query = query.where(endpoints.c.id < before)
    return connection.execute(query).mappings().all()


def find_endpoint(connection: Connection, endpoint_id: UUID, access: Access) -> RowMapping | None:
    """Return an endpoint that the caller may see, or None."""
    query = select(endpoints).where(endpoints.c.id == endpoint_id)
    if access.owner is not None:
        query = query.where(endpoints.c.owner == access.owner)
    return connection.execute(query).mappings().first()


def change_endpoint(
    connection: Connection, endpoint_id: UUID, changes: Mapping[str, object]
) -> None:
    """Change an endpoint's url, events or description, given by the names of their columns."""
    connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(**changes))


def rotate_secret(
    connection: Connection, endpoint_id: UUID, secret: str, overlap_hours: int
) -> None:
    """Sign with a new secret; each one before it signs too until its own overlap is over.

    Raises:
        Conflict: it was rotated so often that its messages would have too many signatures.
    """
    row = connection.execute(
        select(endpoints.c.secret, endpoints.c.old_secrets)
        .where(endpoints.c.id == endpoint_id)
        .with_for_update()
    ).one()
    known = [old for old in row.old_secrets if _still_signs(old)]
    if len(known) >= MAX_OLD_SECRETS:
        raise Conflict(
            f"This endpoint was rotated {len(known)} times within {overlap_hours} hours, and all "
            "of these secrets still sign; rotate it again later, or register a new endpoint."
        )
    until = datetime.now(UTC) + timedelta(hours=overlap_hours)
    old = {"secret": row.secret, "until": until.isoformat()}
    connection.execute(
        update(endpoints)
        .where(endpoints.c.id == endpoint_id)
        .values(secret=secret, old_secrets=[*known, old], old_secret_until=until)
    )


def secrets_of(endpoint: RowMapping) -> list[str]:
    """Return what an endpoint's messages are signed with at the moment, newest secret first."""
    old = [old["secret"] for old in endpoint["old_secrets"] if _still_signs(old)]
    return [endpoint["secret"], *reversed(old)]


def _still_signs(old: Mapping[str, str]) -> bool:
    return datetime.now(UTC) < datetime.fromisoformat(old["until"])


def delete_endpoint(connection: Connection, endpoint_id: UUID) -> None:
    """Delete an endpoint and its deliveries."""
    connection.execute(delete(endpoints).where(endpoints.c.id == endpoint_id))


def enable_endpoint(connection: Connection, endpoint_id: UUID) -> None:
    """Enable a disabled endpoint. Missed deliveries can be replayed."""
    connection.execute(
        update(endpoints)
        .where(endpoints.c.id == endpoint_id)
        .values(disabled_at=None, disabled_reason=None)
    )


def disable_endpoint(connection: Connection, endpoint_id: UUID, reason: str) -> bool:
    """Disable an endpoint; return whether it was enabled. reason: shown to people."""
    disabled = connection.execute(
        update(endpoints)
        .where(endpoints.c.id == endpoint_id, endpoints.c.disabled_at.is_(None))
        .values(disabled_at=now, disabled_reason=reason)
    )
    return bool(disabled.rowcount)

"""Queries about the sessions of people who signed in with a key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, text

from shared.db.owners.keys import Key, key_of_row
from shared.db.schema import api_keys, sessions


@dataclass(frozen=True)
class Session:
    """A session that is open, and the key that it stands for."""

    key: Key
    expires_at: datetime


def insert_session(connection: Connection, digest: bytes, key_id: int, seconds: float) -> datetime:
    """Open a session and return when it expires; expired ones are deleted on the way."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < func.now()))
    expires_at = text("now() + make_interval(secs => :seconds)").bindparams(seconds=seconds)
    statement = insert(sessions).values(digest=digest, key_id=key_id, expires_at=expires_at)
    opened: datetime = connection.execute(statement.returning(sessions.c.expires_at)).scalar_one()
    return opened


def find_session(connection: Connection, digest: bytes) -> Session | None:
    """Return the open session with this digest; None once it expired or its key was revoked."""
    row = connection.execute(
        select(api_keys, sessions.c.expires_at)
        .join(sessions, sessions.c.key_id == api_keys.c.id)
        .where(
            sessions.c.digest == digest,
            sessions.c.expires_at > func.now(),
            api_keys.c.revoked_at.is_(None),
        )
    ).first()
    return None if row is None else Session(key_of_row(row), row.expires_at)


def delete_session(connection: Connection, digest: bytes) -> None:
    """End a session; does nothing if there is none."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))

"""Queries about keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, delete, func, insert, select, text, update

from shared.auth.scopes import Scope
from shared.auth.tokens import digest_of, hint_of
from shared.db.owners.access import Access
from shared.db.schema import api_keys

# The time of last use is this exact, so that not every use of a key is a write.
LAST_USE_SECONDS = 60


@dataclass(frozen=True)
class NewKey:
    """A key to insert. owner: None: the key is not bound to one."""

    scopes: frozenset[Scope]
    owner: str | None = None
    name: str = ""
    requests_per_minute: int | None = None
    bytes_per_minute: int | None = None


@dataclass(frozen=True)
class Key:
    """A valid key. Limits: None: as in the settings."""

    id: int
    name: str
    scopes: frozenset[str]
    access: Access
    requests_per_minute: int | None
    bytes_per_minute: int | None


def insert_key(connection: Connection, token: str, key: NewKey) -> int:
    """Insert the digest of a new key; return its number."""
    statement = insert(api_keys).values(
        digest=digest_of(token),
        hint=hint_of(token),
        name=key.name,
        scopes=sorted(key.scopes),
        owner=key.owner,
        requests_per_minute=key.requests_per_minute,
        bytes_per_minute=key.bytes_per_minute,
    )
    return connection.execute(statement.returning(api_keys.c.id)).scalar_one()


def use_key(connection: Connection, digest: bytes) -> Key | None:
    """Return the key with this digest and note its use; None if there is none or it is revoked."""
    row = connection.execute(
        select(
            api_keys,
            text(
                "coalesce(last_used_at < now() - make_interval(secs => :seconds), true) AS is_news"
            ).bindparams(seconds=LAST_USE_SECONDS),
        ).where(api_keys.c.digest == digest, api_keys.c.revoked_at.is_(None))
    ).first()
    if row is None:
        return None
    if row.is_news:
        connection.execute(
            update(api_keys).where(api_keys.c.id == row.id).values(last_used_at=func.now())
        )
    return key_of_row(row)


def key_of_row(row: Row[Any]) -> Key:
    """Return the key of a row that has the columns of `api_keys`."""
    return Key(
        row.id,
        row.name,
        frozenset(row.scopes),
        Access(row.owner),
        row.requests_per_minute,
        row.bytes_per_minute,
    )


def list_keys(connection: Connection) -> Sequence[RowMapping]:
    """Return every key, revoked ones included, oldest first; never the key's text."""
    columns = [column for column in api_keys.c if column is not api_keys.c.digest]
    return connection.execute(select(*columns).order_by(api_keys.c.id)).mappings().all()


def revoke_key(connection: Connection, key_id: int) -> bool:
    """Revoke a key; return whether there was a valid one."""
    statement = (
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
    return bool(connection.execute(statement).rowcount)


def delete_keys_of(connection: Connection, owner: str) -> bool:
    """Delete an owner's keys; return whether there were any."""
    return bool(connection.execute(delete(api_keys).where(api_keys.c.owner == owner)).rowcount)

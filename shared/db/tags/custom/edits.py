"""Queries about the log of changes to tags."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, func, insert, select

from shared.db.connection.locks import Lock, wait_for_lock
from shared.db.schema import tag_edits
from shared.db.tags.known_tag import KnownTag

Action = Literal["rename", "merge", "publish", "delete"]


def last_edit(connection: Connection) -> int:
    """Return the number of the newest edit of a tag: it grows when names or owners change."""
    return connection.scalar(select(func.max(tag_edits.c.id))) or 0


def begin_edit(connection: Connection) -> None:
    """Have no other transaction edit tags before this one ends.

    So edits become visible in the order of their numbers: a reader that has seen one has seen
    all earlier ones.
    """
    wait_for_lock(connection, Lock.TAG_EDITS)


def record_edit(
    connection: Connection,
    action: Action,
    tag: KnownTag,
    details: Mapping[str, Any],
    key_id: int | None,
) -> None:
    """Note what was done to a tag, as it was before. key_id: whose key did it."""
    connection.execute(
        insert(tag_edits).values(
            action=action,
            tag_id=tag.id,
            owner=tag.owner,
            slug=tag.slug,
            name=tag.name,
            details=dict(details),
            made_by=key_id,
        )
    )


def list_edits(
    connection: Connection, owner: str | None, *, before: int | None, limit: int
) -> Sequence[RowMapping]:
    """List edits, the newest first. owner: of this owner's tags; None: of all."""
    query = select(tag_edits)
    if owner is not None:
        query = query.where(tag_edits.c.owner == owner)
    if before is not None:
        query = query.where(tag_edits.c.id < before)
    return connection.execute(query.order_by(tag_edits.c.id.desc()).limit(limit)).mappings().all()

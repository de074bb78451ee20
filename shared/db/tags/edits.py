"""Queries about the log of changes to tags."""

from sqlalchemy import Connection, func, select

from shared.db.schema import tag_edits


def last_edit(connection: Connection) -> int:
    """Return the number of the newest edit of a tag: it grows when names or owners change."""
    return connection.scalar(select(func.max(tag_edits.c.id))) or 0

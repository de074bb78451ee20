"""Other names of tags, and what is wider and narrower, as queries."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, select

from shared.db.schema import tag_aliases, tag_parents, tags


def aliases_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Other names of tags, by tag id."""
    found: dict[int, list[str]] = {tag_id: [] for tag_id in tag_ids}
    for row in connection.execute(
        select(tag_aliases).where(tag_aliases.c.tag_id.in_(tag_ids)).order_by(tag_aliases.c.alias)
    ):
        found[row.tag_id].append(row.alias)
    return found


def parents_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Slugs of the next wider tags, by tag id."""
    return _relatives(connection, tag_ids, of=tag_parents.c.tag_id, to=tag_parents.c.parent_id)


def children_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Slugs of the next narrower tags, by tag id."""
    return _relatives(connection, tag_ids, of=tag_parents.c.parent_id, to=tag_parents.c.tag_id)


def _relatives(
    connection: Connection, tag_ids: Sequence[int], *, of: Column[int], to: Column[int]
) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {tag_id: [] for tag_id in tag_ids}
    rows = connection.execute(
        select(of.label("tag_id"), tags.c.slug)
        .join(tags, tags.c.id == to)
        .where(of.in_(tag_ids))
        .order_by(tags.c.slug)
    )
    for row in rows:
        found[row.tag_id].append(row.slug)
    return found

"""Queries about the aliases, parents and children of tags."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, select

from shared.db.schema import custom_aliases, tag_aliases, tag_parents, tags


def aliases_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return other names of tags, by tag id: the vocabulary's aliases, and former names."""
    found: dict[int, list[str]] = {tag_id: [] for tag_id in tag_ids}
    former = (
        select(custom_aliases.c.tag_id, custom_aliases.c.alias)
        .join(tags, tags.c.id == custom_aliases.c.tag_id)
        .where(custom_aliases.c.owner.is_not_distinct_from(tags.c.owner))
    )
    names = select(tag_aliases.c.tag_id, tag_aliases.c.alias).union(former).subquery()
    for row in connection.execute(
        select(names).where(names.c.tag_id.in_(tag_ids)).order_by(names.c.alias)
    ):
        found[row.tag_id].append(row.alias)
    return found


def parents_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the slugs of the next wider tags, by tag id."""
    return _relatives(connection, tag_ids, of=tag_parents.c.tag_id, to=tag_parents.c.parent_id)


def children_of(connection: Connection, tag_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the slugs of the next narrower tags, by tag id."""
    return _relatives(connection, tag_ids, of=tag_parents.c.parent_id, to=tag_parents.c.tag_id)


def _relatives(
    connection: Connection, tag_ids: Sequence[int], *, of: Column[int], to: Column[int]
) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {tag_id: [] for tag_id in tag_ids}
    rows = connection.execute(
        select(of.label("tag_id"), tags.c.slug)
        .join(tags, tags.c.id == to)
        .where(of.in_(tag_ids), tags.c.kind != "dormant")
        .order_by(tags.c.slug)
    )
    for row in rows:
        found[row.tag_id].append(row.slug)
    return found

"""Lists of tags, and single ones."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, func, or_, select, tuple_

from shared.db.schema import custom_aliases, tag_aliases, tags
from shared.db.tags.sight import in_sight


def wordnet_tag_ids(connection: Connection) -> dict[str, int]:
    """Return the ids of the live vocabulary's tags, by slug."""
    rows = connection.execute(select(tags.c.slug, tags.c.id).where(tags.c.kind == "wordnet"))
    return {row.slug: row.id for row in rows}


def find_tag(connection: Connection, tag_id: int) -> RowMapping:
    """Return the row of an existing tag."""
    return connection.execute(select(tags).where(tags.c.id == tag_id)).mappings().one()


def list_tags(
    connection: Connection,
    owner: str | None,
    *,
    query: str | None,
    after: tuple[str, int] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return tags by slug and id, from `after` on.

    owner: the caller, who sees shared tags and their own; None: all tags. query: text that the
    name, the slug or an alias begins with, in any case.
    """
    statement = select(tags).where(in_sight(owner), tags.c.kind != "dormant")
    if query is not None:
        prefix = query.lower()
        by_name = select(tags.c.id).where(
            func.lower(tags.c.name).like(_prefix(prefix), escape="\\")
        )
        by_slug = select(tags.c.id).where(tags.c.slug.like(_prefix(prefix), escape="\\"))
        by_alias = select(tag_aliases.c.tag_id).where(
            func.lower(tag_aliases.c.alias).startswith(prefix, autoescape=True)
        )
        by_old_name = select(custom_aliases.c.tag_id).where(
            custom_aliases.c.slug.startswith(prefix, autoescape=True),
            or_(custom_aliases.c.owner.is_(None), custom_aliases.c.owner == owner),
        )
        statement = statement.where(tags.c.id.in_(by_name.union(by_slug, by_alias, by_old_name)))
    if after is not None:
        statement = statement.where(tuple_(tags.c.slug, tags.c.id) > tuple_(*after))
    return (
        connection.execute(statement.order_by(tags.c.slug, tags.c.id).limit(limit)).mappings().all()
    )


def _prefix(text: str) -> str:
    """Return a LIKE pattern for texts that begin with this one."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

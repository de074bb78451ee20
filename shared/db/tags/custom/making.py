"""Queries that create custom tags."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import tags
from shared.db.tags.known_tag import KnownTag

DAY_SECONDS = 24 * 3600


def insert_custom_tags(
    connection: Connection,
    new: Collection[KnownTag],
    key_id: int | None,
    *,
    from_name: bool = False,
) -> dict[str, KnownTag]:
    """Insert tags that do not exist yet; return all of them by slug.

    new: all of one owner; their ids are ignored. key_id: the key that makes them. from_name: there
    are no examples, so networks with text have to read their names.
    """
    if not new:
        return {}
    # One order everywhere, so that requests with the same tags cannot deadlock.
    rows = [
        {
            "slug": tag.slug,
            "name": tag.name,
            "kind": "custom",
            "owner": tag.owner,
            "made_by": key_id,
            "from_name": from_name,
        }
        for tag in sorted(new, key=lambda tag: tag.slug)
    ]
    owner = rows[0]["owner"]
    made = insert(tags)
    if owner is None:
        # A word that only a former network had is made again by its name.
        revived = made.on_conflict_do_update(
            index_elements=[tags.c.slug],
            index_where=tags.c.owner.is_(None),
            set_={name: made.excluded[name] for name in ("name", "kind", "made_by", "from_name")},
            where=tags.c.kind == "dormant",
        )
        connection.execute(revived, rows)
    else:
        connection.execute(made.on_conflict_do_nothing(), rows)
    found = connection.execute(
        select(tags.c.id, tags.c.slug, tags.c.name, tags.c.kind, tags.c.owner)
        .where(
            tags.c.slug.in_([row["slug"] for row in rows]),
            tags.c.owner.is_(None) if owner is None else tags.c.owner == owner,
        )
        .with_for_update(key_share=True, read=True)
    )
    return {row.slug: KnownTag(*row) for row in found}


def count_tags_of(connection: Connection, owner: str | None) -> int:
    """Count custom tags: an owner's, or the shared ones."""
    whose = tags.c.owner.is_(None) if owner is None else tags.c.owner == owner
    query = select(func.count()).where(whose, tags.c.kind == "custom")
    return connection.execute(query).scalar_one()


def count_made_today(connection: Connection, key_id: int) -> tuple[int, int]:
    """Count the tags that a key made in the last 24 hours.

    And the seconds until the first is older.
    """
    row = connection.execute(
        text("""
            SELECT count(*) AS made,
                   coalesce(ceil(extract(epoch FROM
                       min(created_at) + make_interval(secs => :day) - now()
                   )), 0)::int AS seconds
            FROM tags
            WHERE made_by = :key_id AND created_at > now() - make_interval(secs => :day)
        """),
        {"key_id": key_id, "day": DAY_SECONDS},
    ).one()
    return row.made, max(row.seconds, 1)

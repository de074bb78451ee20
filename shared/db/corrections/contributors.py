"""Queries about contributors: their trust, and whether they are set aside."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import contributors, corrections


def ensure_contributor(connection: Connection, name: str) -> None:
    """Insert a contributor if there is none of this name; new ones are trusted."""
    connection.execute(insert(contributors).values(name=name).on_conflict_do_nothing())


def list_contributors(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """Return contributors: those set aside first, then by the number of their corrections."""
    spoken = (
        select(corrections.c.contributor, func.count().label("corrections"))
        .group_by(corrections.c.contributor)
        .subquery()
    )
    return (
        connection.execute(
            select(contributors, func.coalesce(spoken.c.corrections, 0).label("corrections"))
            .outerjoin(spoken, spoken.c.contributor == contributors.c.name)
            .order_by(
                contributors.c.set_aside_at.is_(None),
                func.coalesce(spoken.c.corrections, 0).desc(),
                contributors.c.name,
            )
            .limit(limit)
        )
        .mappings()
        .all()
    )


def find_contributor(connection: Connection, name: str) -> RowMapping | None:
    """Return a contributor with the number of their corrections, or None."""
    count = (
        select(func.count())
        .select_from(corrections)
        .where(corrections.c.contributor == name)
        .scalar_subquery()
    )
    return (
        connection.execute(
            select(contributors, count.label("corrections")).where(contributors.c.name == name)
        )
        .mappings()
        .first()
    )


def vouch(connection: Connection, name: str, vouched: bool) -> None:
    """Set whether a person vouches for a contributor; the corrections of a vouched one count."""
    values: dict[str, object] = {"vouched": vouched}
    if vouched:
        values |= {"set_aside_at": None, "reason": None}
    connection.execute(update(contributors).where(contributors.c.name == name).values(values))

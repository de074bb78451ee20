"""The state of a bridge to Immich: who may write, what is listed, which tags exist."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class BridgeTag:
    """A tag that the bridge wrote to Immich. stopped_at: when the bridge stopped writing it."""

    value: str
    slug: str
    tag_id: str | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class BridgeRun:
    """One process of a bridge. number: later processes have higher ones."""

    connection: str
    number: int
    listed_until: datetime | None
    swept_at: datetime | None


def begin_run(engine: Engine, name: str, server: str, owner: str) -> BridgeRun:
    """Take over a bridge: from now on no earlier process can write its state.

    Raises:
        Conflict: the bridge of this name belongs to another Immich or owner.
    """
    with transaction(engine) as connection:
        row = connection.execute(
            text("""
                INSERT INTO immich_connections (name, server, owner, run)
                VALUES (:name, :server, :owner, 1)
                ON CONFLICT (name) DO UPDATE SET run = immich_connections.run + 1
                RETURNING server, owner, run, listed_until, swept_at
            """),
            {"name": name, "server": server, "owner": owner},
        ).one()
        if (row.server, row.owner) != (server, owner):
            raise Conflict(
                f"The connection {name!r} is of {row.server} and the owner {row.owner!r}; choose "
                "another name with --name."
            )
    return BridgeRun(name, row.run, row.listed_until, row.swept_at)


def read_run(engine: Engine, name: str) -> BridgeRun:
    """Return the state of a bridge without taking it over, for a dry run."""
    with transaction(engine) as connection:
        row = connection.execute(
            text("SELECT run, listed_until, swept_at FROM immich_connections WHERE name = :name"),
            {"name": name},
        ).one_or_none()
    return BridgeRun(name, *row) if row else BridgeRun(name, 0, None, None)


def check_run(connection: Connection, run: BridgeRun) -> None:
    """Hold the bridge's row until the transaction ends.

    Raises:
        Conflict: another process has taken the bridge over.
    """
    number = connection.scalar(
        text("SELECT run FROM immich_connections WHERE name = :name FOR SHARE"),
        {"name": run.connection},
    )
    if number != run.number:
        raise Conflict("Another process has taken this connection over.")


def note_listed(connection: Connection, run: BridgeRun, until: datetime) -> None:
    """Note that all assets changed before a time, by Immich's clock, are listed."""
    connection.execute(
        text("UPDATE immich_connections SET listed_until = :until WHERE name = :name"),
        {"name": run.connection, "until": until},
    )


def note_swept(connection: Connection, run: BridgeRun) -> None:
    """Note that all assets and tags were compared just now."""
    connection.execute(
        text("UPDATE immich_connections SET swept_at = now() WHERE name = :name"),
        {"name": run.connection},
    )


def bridge_tags(connection: Connection, run: BridgeRun) -> dict[str, BridgeTag]:
    """Return the tags of a bridge by their values."""
    rows = connection.execute(
        text("""
            SELECT value, slug, tag_id, stopped_at FROM immich_tags WHERE connection = :name
        """),
        {"name": run.connection},
    )
    return {row.value: BridgeTag(*row) for row in rows}


def put_tag(connection: Connection, run: BridgeRun, value: str, slug: str, tag_id: str) -> None:
    """Store a tag that exists in Immich under this id."""
    connection.execute(
        text("""
            INSERT INTO immich_tags (connection, value, slug, tag_id)
            VALUES (:name, :value, :slug, :tag_id)
            ON CONFLICT (connection, value)
            DO UPDATE SET slug = :slug, tag_id = :tag_id, stopped_at = NULL
        """),
        {"name": run.connection, "value": value, "slug": slug, "tag_id": tag_id},
    )


def stop_tag(connection: Connection, run: BridgeRun, value: str) -> None:
    """Stop writing a tag, because it was deleted in Immich."""
    connection.execute(
        text("""
            UPDATE immich_tags SET tag_id = NULL, stopped_at = coalesce(stopped_at, now())
            WHERE connection = :name AND value = :value
        """),
        {"name": run.connection, "value": value},
    )


def resume_tags(connection: Connection, run: BridgeRun, value: str) -> list[str]:
    """Resume a stopped tag and the stopped tags below it; return their slugs."""
    return list(
        connection.scalars(
            text("""
                DELETE FROM immich_tags
                WHERE connection = :name AND stopped_at IS NOT NULL
                  AND (value = :value OR starts_with(value, :value || '/'))
                RETURNING slug
            """),
            {"name": run.connection, "value": value},
        )
    )

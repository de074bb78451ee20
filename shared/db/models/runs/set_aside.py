"""Queries about corrections that a run could not learn: set aside, and released."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from shared.db.models.runs.runs import Run


def set_aside_all(connection: Connection, run: Run) -> None:
    """Exclude a failed run's corrections from later runs, until they are released."""
    connection.execute(
        text("UPDATE corrections SET set_aside = true WHERE run_id = :run"), {"run": run.id}
    )


def set_aside(connection: Connection, run: Run, owner: str | None) -> None:
    """Exclude a run's corrections of an owner's tags, or of shared ones, from later runs."""
    connection.execute(
        text("""
            UPDATE corrections SET set_aside = true FROM tags
            WHERE run_id = :run AND tags.id = tag_id AND tags.owner IS NOT DISTINCT FROM :owner
        """),
        {"run": run.id, "owner": owner},
    )


@dataclass(frozen=True)
class SetAside:
    """Corrections that a run could not learn. tags: slugs of some of the tags they are about."""

    run_id: int
    corrections: int
    tags: Sequence[str]


def find_set_aside(connection: Connection) -> list[SetAside]:
    """Return what runs have set aside, the newest first."""
    rows = connection.execute(
        text("""
            SELECT run_id, count(*) AS corrections,
                   (array_agg(DISTINCT slug ORDER BY slug))[1:10] AS tags
            FROM corrections JOIN tags ON tags.id = tag_id
            WHERE set_aside GROUP BY run_id ORDER BY run_id DESC
        """)
    )
    return [SetAside(*row) for row in rows]


def release_corrections(connection: Connection, run_id: int) -> int:
    """Queue the corrections that a run has set aside; return how many there were."""
    released = connection.execute(
        text(
            "UPDATE corrections SET set_aside = false, run_id = NULL WHERE run_id = :run "
            "AND set_aside"
        ),
        {"run": run_id},
    )
    return released.rowcount

"""Queries about fine-tune runs for the API."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, func, select, text

from shared.db.owners.access import Access
from shared.db.schema import corrections, finetune_runs, images, tags


def count_queue(connection: Connection) -> int:
    """Return how many corrections no run has taken yet."""
    query = text("SELECT count(*) FROM corrections WHERE run_id IS NULL")
    return connection.execute(query).scalar_one()


def find_run(connection: Connection, run_id: int, access: Access) -> RowMapping | None:
    """Return a run with the slug of its tag.

    None if the caller may not see it: an owner sees the runs that teach one of their tags from
    their images.
    """
    query = _described().where(finetune_runs.c.id == run_id)
    if access.owner is not None:
        query = query.where(
            exists()
            .where(
                corrections.c.tag_id == finetune_runs.c.tag_id,
                corrections.c.created_at <= finetune_runs.c.created_at,
                images.c.id == corrections.c.image_id,
                access.allows(),
            )
            .correlate(finetune_runs)
        )
    return connection.execute(query).mappings().first()


def list_runs(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """Return the newest runs, with the slugs of their tags."""
    statement = _described().order_by(finetune_runs.c.id.desc()).limit(limit)
    return connection.execute(statement).mappings().all()


def find_last_ended_run(connection: Connection) -> RowMapping | None:
    """Return the newest run that ended with a verdict: status, version, finished_at, changed.

    changed: images that the re-tagging after it gave other tags; null where it was not promoted.
    """
    query = text("""
        SELECT status, version, finished_at, CASE WHEN status = 'promoted' THEN (
            SELECT changed FROM retag_jobs
            WHERE retag_jobs.created_at = finetune_runs.finished_at
            ORDER BY retag_jobs.id LIMIT 1
        ) END AS changed
        FROM finetune_runs
        WHERE status IN ('promoted', 'rejected') ORDER BY finished_at DESC LIMIT 1
    """)
    return connection.execute(query).mappings().first()


def _described() -> Select[Any]:
    set_aside = (
        select(func.count())
        .where(corrections.c.run_id == finetune_runs.c.id, corrections.c.set_aside)
        .scalar_subquery()
    )
    return select(finetune_runs, tags.c.slug.label("tag"), set_aside.label("set_aside")).outerjoin(
        tags
    )

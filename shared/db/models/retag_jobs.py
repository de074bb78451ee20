"""Queries about re-tagging jobs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, text, update

from shared.db.owners.access import Access
from shared.db.schema import retag_jobs, tags


@dataclass(frozen=True)
class RetagScope:
    """The images and tags of a re-tagging job. None: all of them.

    owner: only theirs. tag_id: only this tag is scored. below_version: only images that an older
    version tagged.
    """

    owner: str | None = None
    tag_id: int | None = None
    below_version: int | None = None


@dataclass(frozen=True)
class Job:
    """A running job. position: the last image that is done."""

    id: int
    scope: RetagScope
    position: UUID | None


def queue_job(connection: Connection, scope: RetagScope) -> int:
    """Queue a job, unless one of the same scope is queued already; return its id.

    A queued job cannot start before this transaction ends, so it sees everything that this
    transaction changes.
    """
    columns = {name: retag_jobs.c[name] for name in asdict(scope)}
    same = [columns[name].is_not_distinct_from(value) for name, value in asdict(scope).items()]
    waiting = connection.scalar(
        select(retag_jobs.c.id)
        .where(retag_jobs.c.status == "queued", *same)
        .order_by(retag_jobs.c.id)
        .limit(1)
        .with_for_update()
    )
    if waiting is not None:
        return int(waiting)
    statement = insert(retag_jobs).values(asdict(scope))
    return connection.execute(statement.returning(retag_jobs.c.id)).scalar_one()


def take_up_job(connection: Connection, *, of_one_tag: bool) -> Job | None:
    """Return the oldest open job of this kind, and mark it as running; None if there is none."""
    row = connection.execute(
        text("""
            UPDATE retag_jobs SET status = 'running', started_at = coalesce(started_at, now())
            WHERE id = (
                SELECT id FROM retag_jobs
                WHERE status IN ('queued', 'running') AND (tag_id IS NOT NULL) = :of_one_tag
                ORDER BY id LIMIT 1 FOR UPDATE
            )
            RETURNING id, owner, tag_id, below_version, position
        """),
        {"of_one_tag": of_one_tag},
    ).first()
    if row is None:
        return None
    return Job(row.id, RetagScope(row.owner, row.tag_id, row.below_version), row.position)


def set_total(connection: Connection, job: Job, images: int) -> None:
    """Store the number of images in scope."""
    connection.execute(update(retag_jobs).where(retag_jobs.c.id == job.id).values(total=images))


def advance_job(
    connection: Connection, job: Job, *, position: UUID, done: int, changed: int
) -> None:
    """Note, in the transaction of a chunk, that the job has reached `position`.

    done, changed: images of this chunk, and how many of them have other tags now.
    """
    connection.execute(
        update(retag_jobs)
        .where(retag_jobs.c.id == job.id)
        .values(
            position=position,
            done=retag_jobs.c.done + done,
            changed=retag_jobs.c.changed + changed,
        )
    )


def count_changed(connection: Connection, job: Job, changed: int) -> None:
    """Count changed images that were looked at again behind the job's position."""
    connection.execute(
        update(retag_jobs)
        .where(retag_jobs.c.id == job.id)
        .values(changed=retag_jobs.c.changed + changed)
    )


def end_job(connection: Connection, job: Job) -> None:
    """Mark the job as done. Images that arrived while it ran count as well."""
    connection.execute(
        update(retag_jobs)
        .where(retag_jobs.c.id == job.id)
        .values(
            status="done",
            finished_at=func.now(),
            total=func.greatest(retag_jobs.c.total, retag_jobs.c.done),
        )
    )


def has_open_job(connection: Connection, *, of_one_tag: bool) -> bool:
    """Return whether a job of this kind is queued or running."""
    query = text("""
        SELECT EXISTS (
            SELECT FROM retag_jobs
            WHERE status IN ('queued', 'running') AND (tag_id IS NOT NULL) = :of_one_tag
        )
    """)
    return bool(connection.scalar(query, {"of_one_tag": of_one_tag}))


def find_job(connection: Connection, job_id: int, access: Access) -> RowMapping | None:
    """Return a job with the slug of its tag; None if it is not about the caller's images."""
    statement = _described(access).where(retag_jobs.c.id == job_id)
    return connection.execute(statement).mappings().first()


def list_jobs(connection: Connection, access: Access, limit: int) -> Sequence[RowMapping]:
    """Return the newest jobs about the caller's images, with the slugs of their tags."""
    statement = _described(access).order_by(retag_jobs.c.id.desc()).limit(limit)
    return connection.execute(statement).mappings().all()


def _described(access: Access) -> Select[Any]:
    statement = select(retag_jobs, tags.c.slug.label("tag")).outerjoin(tags)
    if access.owner is None:
        return statement
    return statement.where(retag_jobs.c.owner == access.owner)

"""Queries about the life of a fine-tune run: queued, started, running, ended."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, text, update

from shared.db.connection.locks import Lock, wait_for_lock
from shared.db.schema import finetune_runs

Outcome = Literal["promoted", "rejected", "nothing", "failed"]

# Runs for one tag and runs for all tags each have a queue of their own.
_OF_KIND = "(tag_id IS NOT NULL) = :of_one_tag"


@dataclass(frozen=True)
class Run:
    """A run that a trainer is working on.

    attempt: distinguishes this start of the run from an earlier one whose trainer lost it.
    corrections: how many new ones it learns from.
    """

    id: int
    tag_id: int | None
    attempt: int
    corrections: int


def insert_run(connection: Connection, trigger: str, tag_id: int | None = None) -> int:
    """Queue a run; return its id. trigger: "request" or "tag"."""
    statement = insert(finetune_runs).values(trigger=trigger, tag_id=tag_id)
    return connection.execute(statement.returning(finetune_runs.c.id)).scalar_one()


def request_run(connection: Connection) -> tuple[int, bool]:
    """Queue a run for all tags unless one is open; return its id and whether it is new."""
    # Without the lock, two requests at once would both find none.
    wait_for_lock(connection, Lock.RUN_REQUESTS)
    is_open = find_open_run(connection, of_one_tag=False)
    return (insert_run(connection, "request"), True) if is_open is None else (is_open, False)


def insert_night(
    connection: Connection, night: date, due: datetime, *, with_hashtags: bool = False
) -> bool:
    """Queue the run of a night, or end it at once if no correction waited when it was due.

    with_hashtags: queue it for new hashtags anyway. Returns False if this night has a run already.
    """
    added = connection.execute(
        text("""
            INSERT INTO finetune_runs (trigger, night, status, reason, finished_at)
            SELECT 'nightly', :night,
                   CASE WHEN waiting THEN 'queued' ELSE 'nothing' END,
                   CASE WHEN NOT waiting THEN 'No corrections were waiting.' END,
                   CASE WHEN NOT waiting THEN now() END
            FROM (
                SELECT :with_hashtags OR EXISTS (
                    SELECT FROM corrections WHERE run_id IS NULL AND created_at < :due
                ) AS waiting
            ) AS queue
            -- A conflict takes a number as well, and this is asked every few seconds.
            WHERE NOT EXISTS (SELECT FROM finetune_runs WHERE night = :night)
            ON CONFLICT (night) DO NOTHING
        """),
        {"night": night, "due": due, "with_hashtags": with_hashtags},
    )
    return added.rowcount == 1


def find_open_run(connection: Connection, *, of_one_tag: bool) -> int | None:
    """Return the id of the oldest run of this kind that is queued or running."""
    query = text(f"""
        SELECT id FROM finetune_runs WHERE status IN ('queued', 'running') AND {_OF_KIND}
        ORDER BY id LIMIT 1
    """)
    found: int | None = connection.scalar(query, {"of_one_tag": of_one_tag})
    return found


def give_back_interrupted(connection: Connection, *, of_one_tag: bool) -> None:
    """Queue runs again that are marked as running. Only for the holder of the lock of this kind.

    While it is held, no trainer works on such a run.
    """
    connection.execute(
        text(f"""
            UPDATE finetune_runs SET status = 'queued', stage = '', progress = 0
            WHERE status = 'running' AND {_OF_KIND}
        """),
        {"of_one_tag": of_one_tag},
    )


def start_next_run(connection: Connection, *, of_one_tag: bool) -> Run | None:
    """Start the oldest queued run of this kind, and take the corrections that it learns from."""
    row = connection.execute(
        text(f"""
            UPDATE finetune_runs
            SET status = 'running', attempts = attempts + 1, stage = 'starting', progress = 0,
                started_at = now(), reason = NULL
            WHERE id = (
                SELECT id FROM finetune_runs WHERE status = 'queued' AND {_OF_KIND}
                ORDER BY id LIMIT 1 FOR UPDATE
            )
            RETURNING id, tag_id, attempts
        """),
        {"of_one_tag": of_one_tag},
    ).first()
    if row is None:
        return None
    connection.execute(
        text("""
            UPDATE corrections SET run_id = :run
            WHERE run_id IS NULL AND (CAST(:tag_id AS integer) IS NULL OR tag_id = :tag_id)
        """),
        {"run": row.id, "tag_id": row.tag_id},
    )
    corrections = connection.execute(
        text("""
            UPDATE finetune_runs
            SET corrections = (SELECT count(*) FROM corrections WHERE run_id = :run)
            WHERE id = :run
            RETURNING corrections
        """),
        {"run": row.id},
    ).scalar_one()
    return Run(row.id, row.tag_id, row.attempts, corrections)


def report_progress(connection: Connection, run: Run, stage: str, progress: float) -> bool:
    """Store a run's stage and progress, 0 to 1.

    Return False if another trainer has taken it over.
    """
    reported = connection.execute(_held(run).values(stage=stage, progress=progress))
    return reported.rowcount == 1


def end_run(
    connection: Connection,
    run: Run,
    outcome: Outcome,
    reason: str,
    *,
    report: Mapping[str, Any] | None = None,
    version: int | None = None,
    kept: Collection[str | None] = (),
) -> bool:
    """End a run; return False if another trainer has taken it over.

    kept: owners whose tags stayed unchanged; None stands for shared tags.
    """
    ended = connection.execute(
        _held(run).values(
            status=outcome,
            stage="",
            progress=1,
            reason=reason,
            report=report or {},
            version=version,
            kept_owners=[owner for owner in kept if owner is not None],
            kept_shared=None in kept,
            finished_at=text("now()"),
        )
    )
    return ended.rowcount == 1


def put_back(connection: Connection, run: Run, reason: str, *, counts: bool) -> None:
    """Queue a run for another attempt.

    reason: why this one failed. counts: whether it was one of the attempts that a run has.
    """
    attempts = run.attempt if counts else run.attempt - 1
    connection.execute(
        _held(run).values(status="queued", stage="", progress=0, attempts=attempts, reason=reason)
    )


def _held(run: Run) -> Any:
    """Return an update of the run that applies only while this start of it is running."""
    return update(finetune_runs).where(
        finetune_runs.c.id == run.id,
        finetune_runs.c.status == "running",
        finetune_runs.c.attempts == run.attempt,
    )

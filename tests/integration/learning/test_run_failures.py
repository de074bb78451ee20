"""Runs that fail, are abandoned, or are held by several trainers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from services.trainer.outcome import Progress
from services.trainer.runs.runs import MAX_ATTEMPTS, carry_out_due_runs
from services.trainer.trainer import Trainer
from shared.config import Settings
from shared.db.connection.engine import connect_engine, transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.runs.runs import start_next_run
from shared.db.models.runs.set_aside import find_set_aside, release_corrections
from shared.errors import Unavailable
from shared.model.live.model import LiveScorer
from shared.storage.deleting import sweep_files
from shared.storage.storage import Storage
from tests.support.learning.training import (
    InstantLearn,
    insert_corrections,
    live_version,
    queue_run,
    read_run,
    trainer_with,
    waiting_corrections,
)
from tests.support.storage.cut_commits import cutting_commits


def test_two_trainers_at_once_do_each_run_once(
    trainer: Trainer, learn: InstantLearn, engine: Engine
) -> None:
    insert_corrections(engine)
    runs = [queue_run(engine) for _ in range(2)]
    start = Barrier(2)

    def work(_: int) -> None:
        start.wait()
        carry_out_due_runs(trainer)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))

    assert [read_run(engine, run)["status"] for run in runs] == ["promoted", "nothing"]
    assert [read_run(engine, run)["attempts"] for run in runs] == [1, 1]
    assert len(learn.learned) == 1


def test_an_abandoned_run_is_finished_by_the_next_trainer(trainer: Trainer, engine: Engine) -> None:
    # Given a trainer that was killed while it learned
    insert_corrections(engine)
    run = queue_run(engine)
    with transaction(engine) as connection:
        start_next_run(connection, of_one_tag=False)

    carry_out_due_runs(trainer)

    assert (read_run(engine, run)["status"], read_run(engine, run)["attempts"]) == ("promoted", 2)


def test_a_run_that_another_trainer_has_is_left_alone(
    trainer: Trainer, learn: InstantLearn, engine: Engine
) -> None:
    insert_corrections(engine)
    run = queue_run(engine)

    with try_lock(engine, Lock.ALL_RUNS) as held:
        assert held
        with transaction(engine) as connection:
            start_next_run(connection, of_one_tag=False)
        carry_out_due_runs(trainer)

    assert read_run(engine, run)["status"] == "running"
    assert learn.learned == []


def test_a_run_that_ends_its_trainers_fails_and_sets_its_corrections_aside(
    trainer: Trainer, engine: Engine
) -> None:
    insert_corrections(engine)
    run = queue_run(engine)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE finetune_runs SET status = 'running', attempts = 3"))

    carry_out_due_runs(trainer)

    row = read_run(engine, run)
    assert row["status"] == "failed"
    assert "trainers ended" in row["reason"]
    assert set_aside(engine) == 1


def test_a_failing_run_is_tried_again_and_then_fails_with_the_reason(
    trainer: Trainer, learn: InstantLearn, engine: Engine, first: int
) -> None:
    def fail(progress: Progress) -> None:
        raise ValueError("a tag without examples")

    learn.meanwhile = fail
    insert_corrections(engine)
    run = queue_run(engine)

    statuses = []
    for _ in range(MAX_ATTEMPTS):
        carry_out_due_runs(trainer)
        statuses.append(read_run(engine, run)["status"])

    assert statuses == ["queued", "queued", "failed"]
    assert read_run(engine, run)["reason"] == "ValueError: a tag without examples"
    assert live_version(engine) == first
    # Later nights go on without them, until a person releases them.
    assert (waiting_corrections(engine), set_aside(engine)) == (0, 1)
    with transaction(engine) as connection:
        assert release_corrections(connection, run) == 1
    assert (waiting_corrections(engine), set_aside(engine)) == (1, 0)


def set_aside(engine: Engine) -> int:
    """Return how many corrections later runs leave out."""
    with transaction(engine) as connection:
        return sum(run.corrections for run in find_set_aside(connection))


def test_an_outage_costs_no_attempt(trainer: Trainer, learn: InstantLearn, engine: Engine) -> None:
    def fail(progress: Progress) -> None:
        raise Unavailable("The storage does not answer.")

    learn.meanwhile = fail
    insert_corrections(engine)
    run = queue_run(engine)

    with pytest.raises(Unavailable):
        carry_out_due_runs(trainer)

    row = read_run(engine, run)
    assert (row["status"], row["attempts"]) == ("queued", 0)
    assert row["reason"] == "The storage does not answer."


def test_a_trainer_that_lost_its_run_keeps_nothing(
    trainer: Trainer, learn: InstantLearn, engine: Engine, first: int, tmp_path: Path
) -> None:
    """Postgres was restarted: the lock is gone, another trainer has taken the run over."""

    def take_over(progress: Progress) -> None:
        with transaction(engine) as connection:
            connection.execute(text("UPDATE finetune_runs SET attempts = attempts + 1"))

    learn.meanwhile = take_over
    insert_corrections(engine)
    run = queue_run(engine)

    carry_out_due_runs(trainer)

    assert (read_run(engine, run)["status"], read_run(engine, run)["attempts"]) == ("running", 2)
    assert len(list((tmp_path / "blobs" / "heads").iterdir())) == 1
    assert live_version(engine) == first


def test_a_promotion_whose_answer_was_lost_keeps_its_file(
    learn: InstantLearn, settings: Settings, engine: Engine, storage: Storage, first: int
) -> None:
    """The live head must never be deleted: every process would fail to load it."""
    insert_corrections(engine)
    run = queue_run(engine)
    with cutting_commits(settings.database_url) as cutter:
        cut_off = connect_engine(cutter.url)
        trainer = trainer_with(learn, settings, cut_off, storage)
        # While it learns; then come the look at what is live, the note of the file, and the end.
        learn.meanwhile = lambda progress: cutter.arm(passing=2)

        with pytest.raises(Unavailable):
            carry_out_due_runs(trainer)
        assert cutter.cuts == 1

    assert read_run(engine, run)["status"] == "promoted"
    assert live_version(engine) == first + 1
    with transaction(engine) as connection:
        connection.execute(text("UPDATE file_deletions SET due_at = now()"))
    sweep_files(engine, storage)
    LiveScorer(engine, storage).get()


def test_the_file_of_a_promotion_that_was_never_committed_is_swept(
    *,
    learn: InstantLearn,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    tmp_path: Path,
    first: int,
) -> None:
    insert_corrections(engine)
    run = queue_run(engine)
    with cutting_commits(settings.database_url) as cutter:
        trainer = trainer_with(learn, settings, connect_engine(cutter.url), storage)
        learn.meanwhile = lambda progress: cutter.arm(passing=2, reaches_server=False)

        with pytest.raises(Unavailable):
            carry_out_due_runs(trainer)
        assert cutter.cuts == 1

    assert read_run(engine, run)["status"] == "queued"
    assert live_version(engine) == first
    assert len(list((tmp_path / "blobs" / "heads").iterdir())) == 2
    with transaction(engine) as connection:
        connection.execute(text("UPDATE file_deletions SET due_at = now()"))
    sweep_files(engine, storage)
    assert len(list((tmp_path / "blobs" / "heads").iterdir())) == 1

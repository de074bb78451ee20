"""The life of a fine-tune run, with real services and instant learning."""

from sqlalchemy import Engine, text

from services.trainer.outcome import Progress
from services.trainer.runs.runs import carry_out_due_runs
from services.trainer.trainer import Trainer
from shared.db.connection.engine import transaction
from shared.db.models.promotion import promote
from shared.db.models.runs.history import list_runs
from shared.storage.storage import Storage
from tests.support.learning.training import (
    InstantLearn,
    insert_corrections,
    insert_version,
    live_version,
    queue_run,
    queued_jobs,
    read_run,
    waiting_corrections,
)
from tests.support.pictures.rows import insert_custom_tag


def test_what_a_run_learned_goes_live_and_everything_is_re_tagged(
    trainer: Trainer, engine: Engine, storage: Storage, first: int
) -> None:
    insert_corrections(engine, count=3)
    run = queue_run(engine)

    carry_out_due_runs(trainer)

    row = read_run(engine, run)
    assert (row["status"], row["reason"], row["progress"]) == ("promoted", "it was promoted", 1)
    assert (row["corrections"], row["attempts"], row["report"]) == (3, 1, {"gain": 0.1})
    assert row["version"] == live_version(engine) == first + 1
    assert waiting_corrections(engine) == 0
    assert queued_jobs(engine) == [("queued", None)]
    with transaction(engine) as connection:
        version = connection.execute(
            text("SELECT * FROM models WHERE version = :version"), {"version": row["version"]}
        ).one()
    assert (version.parent, version.reason) == (first, "it was promoted")
    assert version.metrics == {"gain": 0.1}
    assert storage.get(version.blob)


def test_a_rejected_candidate_is_kept_and_the_live_version_stays(
    trainer: Trainer, learn: InstantLearn, engine: Engine, first: int
) -> None:
    learn.status = "rejected"
    insert_corrections(engine)
    run = queue_run(engine)

    carry_out_due_runs(trainer)

    row = read_run(engine, run)
    assert (row["status"], row["version"]) == ("rejected", first + 1)
    assert live_version(engine) == first
    assert queued_jobs(engine) == []


def test_a_run_without_new_corrections_says_so_and_ends(
    trainer: Trainer, learn: InstantLearn, engine: Engine
) -> None:
    run = queue_run(engine)

    carry_out_due_runs(trainer)

    row = read_run(engine, run)
    assert (row["status"], row["version"]) == ("nothing", None)
    assert "no new corrections" in row["reason"]
    assert learn.learned == []


def test_a_run_for_one_tag_takes_only_its_corrections(
    trainer: Trainer, learn: InstantLearn, engine: Engine
) -> None:
    hat = insert_custom_tag(engine, "hat", "hat")
    insert_corrections(engine, "hat", count=2)
    insert_corrections(engine, "dog")
    run = queue_run(engine, hat)

    carry_out_due_runs(trainer)

    assert learn.learned == [hat]
    assert read_run(engine, run)["corrections"] == 2
    assert waiting_corrections(engine) == 1
    assert queued_jobs(engine) == [("queued", "hat")]


def test_the_progress_of_a_run_can_be_followed(
    trainer: Trainer, learn: InstantLearn, engine: Engine
) -> None:
    seen = []

    def look(progress: Progress) -> None:
        progress("training", 0.5)
        seen.append(read_run(engine, run))

    learn.meanwhile = look
    insert_corrections(engine)
    run = queue_run(engine)

    carry_out_due_runs(trainer)

    assert [(row["status"], row["stage"], row["progress"]) for row in seen] == [
        ("running", "training", 0.5)
    ]


def test_a_run_for_one_tag_does_not_wait_for_a_large_one(
    trainer: Trainer, learn: InstantLearn, engine: Engine, first: int
) -> None:
    hat = insert_custom_tag(engine, "hat", "hat")
    insert_corrections(engine, "dog")

    def teach_hat(progress: Progress) -> None:
        if len(learn.learned) == 1:
            insert_corrections(engine, "hat")
            queue_run(engine, hat)
            carry_out_due_runs(trainer)

    learn.meanwhile = teach_hat
    large = queue_run(engine)
    carry_out_due_runs(trainer)

    # Then the large one learns again, on top of what the small one has made.
    assert learn.learned == [None, hat, None]
    row = read_run(engine, large)
    assert row["status"] == "promoted"
    assert row["version"] == live_version(engine)
    with transaction(engine) as connection:
        parents = connection.execute(text("SELECT version, parent FROM models ORDER BY version"))
        hat_version, large_version = parents.all()[1:]
    assert hat_version.parent == first
    assert large_version.parent == hat_version.version


def test_a_run_learns_again_if_another_version_is_promoted_meanwhile(
    trainer: Trainer, learn: InstantLearn, engine: Engine, storage: Storage
) -> None:
    other = insert_version(engine, storage)

    def put_back(progress: Progress) -> None:
        if len(learn.learned) == 1:
            with transaction(engine) as connection:
                promote(connection, other)

    learn.meanwhile = put_back
    insert_corrections(engine)
    queue_run(engine)

    carry_out_due_runs(trainer)

    assert learn.learned == [None, None]
    with transaction(engine) as connection:
        (run,) = list_runs(connection, 10)
        parent = connection.scalar(
            text("SELECT parent FROM models WHERE version = :version"), {"version": run["version"]}
        )
    assert parent == other

"""Re-tagging jobs that are stopped, continued, and overtaken by promotions."""

from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, text

from services.worker.background import retag_jobs as retag
from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock
from shared.db.models.retag_jobs import RetagScope
from tests.support.learning.retagging import GOLDFISH, Retagging
from tests.support.learning.training import live_version
from tests.support.pictures.rows import insert_custom_tag


def test_tags_taught_one_after_the_other_leave_no_image_behind(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    tags = {slug: insert_custom_tag(engine, slug, slug) for slug in ("grandma", "grandpa")}
    retagging.go_live(retagging.learned(tags["grandma"], bias=2), tag_id=tags["grandma"])
    retagging.queue(RetagScope(tag_id=tags["grandma"]))
    version = retagging.go_live(retagging.learned(tags["grandpa"], bias=2), tag_id=tags["grandpa"])
    retagging.queue(RetagScope(tag_id=tags["grandpa"]))

    assert not retagging.work()

    assert retagging.versions(tagged) == [version] * 3


def test_a_job_stops_when_its_time_is_up_and_continues_from_there(
    retagging: Retagging, tagged: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    retagging.go_live(retagging.goldfish())
    job = retagging.queue()
    monkeypatch.setattr(retag, "SLICE_SECONDS", -1.0)

    assert retagging.work()
    assert (retagging.read(job)["status"], retagging.read(job)["done"]) == ("running", 0)

    monkeypatch.undo()
    assert not retagging.work()
    assert (retagging.read(job)["status"], retagging.read(job)["done"]) == ("done", 3)


def test_an_interrupted_job_continues_where_it_stopped(
    retagging: Retagging,
    tagged: list[UUID],
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given chunks of one image, and a database that fails in the second
    monkeypatch.setattr("services.worker.background.retag_walk.CHUNK_IMAGES", 1)
    version = retagging.go_live(retagging.goldfish())
    job = retagging.queue()
    deletions = []

    def fail(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if "DELETE FROM image_tags" in statement:
            deletions.append(statement)
            if len(deletions) == 2:
                raise RuntimeError("killed")

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(RuntimeError, match="killed"):
        retagging.work()
    event.remove(engine, "before_cursor_execute", fail)

    row = retagging.read(job)
    assert (row["status"], row["done"], row["changed"]) == ("running", 1, 1)
    assert retagging.versions(tagged) == [version, version - 1, version - 1]

    assert not retagging.work()

    row = retagging.read(job)
    assert (row["status"], row["done"], row["changed"]) == ("done", 3, 3)
    assert retagging.versions(tagged) == [version] * 3


def test_a_promotion_during_tagging_leaves_no_image_on_the_older_version(
    retagging: Retagging, tagged: list[UUID], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.worker.background.retag_walk.CHUNK_IMAGES", 1)
    retagging.go_live(retagging.head)
    retagging.queue()
    promoted: list[int] = []

    def promote(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE retag_jobs SET position") and not promoted:
            promoted.append(0)
            promoted.append(retagging.go_live(retagging.goldfish()))

    event.listen(engine, "after_cursor_execute", promote)
    assert not retagging.work()

    assert retagging.versions(tagged) == [promoted[-1]] * 3
    for tags in retagging.shown(tagged).values():
        assert tags.keys() == GOLDFISH


def test_images_tagged_with_the_previous_version_are_found_in_the_end(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    """The job has passed an image's place when a worker stores what it scored a moment ago."""
    first = live_version(engine)
    version = retagging.go_live(retagging.goldfish())
    job = retagging.queue()
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE retag_jobs SET status = 'running', position = :last"),
            {"last": max(tagged)},
        )
    assert retagging.versions(tagged) == [first] * 3

    assert not retagging.work()

    assert retagging.versions(tagged) == [version] * 3
    assert (retagging.read(job)["status"], retagging.read(job)["changed"]) == ("done", 3)


def test_a_job_that_another_worker_runs_is_left_alone(retagging: Retagging, engine: Engine) -> None:
    job = retagging.queue()

    with try_lock(engine, Lock.ALL_RETAGGING) as held:
        assert held
        assert not retagging.work()

    assert retagging.read(job)["status"] == "queued"

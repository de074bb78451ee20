"""Re-tagging from stored embeddings, in every scope."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from shared.db.connection.engine import transaction
from shared.db.models.retag_jobs import RetagScope
from shared.db.models.retagging import next_in_scope, prefer_index_scans
from tests.support.learning.retagging import GOLDFISH, Retagging
from tests.support.pictures.rows import insert_custom_tag, insert_row, read_row, set_decision


def rows_written(engine: Engine) -> list[str]:
    """Return which rows of the table were last written by which transaction."""
    query = text("SELECT image_id || ' ' || tag_id || ' ' || xmin FROM image_tags ORDER BY 1")
    with transaction(engine) as connection:
        return list(connection.scalars(query))


def test_the_same_head_gives_the_same_tags_and_writes_none(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    before, written = retagging.shown(tagged), rows_written(engine)
    version = retagging.go_live(retagging.head)

    job = retagging.do()

    assert (job["status"], job["total"], job["done"], job["changed"]) == ("done", 3, 3, 0)
    assert job["finished_at"] is not None
    assert retagging.shown(tagged) == before
    assert rows_written(engine) == written
    assert retagging.versions(tagged) == [version] * 3


def test_another_head_replaces_the_old_tags(retagging: Retagging, tagged: list[UUID]) -> None:
    retagging.go_live(retagging.goldfish())

    assert retagging.do()["changed"] == 3

    for tags in retagging.shown(tagged).values():
        assert tags.keys() == GOLDFISH


def test_images_of_the_live_version_are_left_as_they_are(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    written = rows_written(engine)

    assert retagging.do()["changed"] == 0
    assert rows_written(engine) == written


def test_one_owner(retagging: Retagging, tagged: list[UUID]) -> None:
    version = retagging.go_live(retagging.goldfish())

    job = retagging.do(RetagScope(owner="ada"))

    assert (job["total"], job["done"], job["changed"]) == (1, 1, 1)
    assert [s.keys() == GOLDFISH for s in retagging.shown(tagged).values()] == [False, False, True]
    assert retagging.versions(tagged) == [version - 1, version - 1, version]


def test_only_what_an_older_version_tagged(retagging: Retagging, tagged: list[UUID]) -> None:
    first = retagging.versions(tagged)[0]
    second = retagging.go_live(retagging.head)
    retagging.do(RetagScope(owner="ada"))
    third = retagging.go_live(retagging.goldfish())

    job = retagging.do(RetagScope(below_version=second))

    assert (job["total"], job["done"]) == (2, 2)
    assert first < second < third
    assert retagging.versions(tagged) == [third, third, second]


def test_a_new_tag_is_found_on_the_images_already_there(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    before = retagging.shown(tagged)
    grandma = insert_custom_tag(engine, "grandma", "grandma")
    version = retagging.go_live(retagging.learned(grandma, bias=2), tag_id=grandma)

    job = retagging.do(RetagScope(tag_id=grandma))

    assert (job["tag"], job["done"], job["changed"]) == ("grandma", 3, 3)
    for image, tags in retagging.shown(tagged).items():
        assert tags.pop("grandma") == pytest.approx(0.88, abs=0.01)
        assert tags == before[image]
    assert retagging.versions(tagged) == [version] * 3


def test_a_job_for_one_tag_writes_only_that_tag(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    grandma = insert_custom_tag(engine, "grandma", "grandma")
    before = retagging.shown(tagged)
    head = replace(
        retagging.goldfish(), learned_tags=retagging.learned(grandma, bias=2).learned_tags
    )
    first = retagging.versions(tagged)
    retagging.go_live(head)

    retagging.do(RetagScope(tag_id=grandma))

    for image, tags in retagging.shown(tagged).items():
        assert tags.keys() == {*before[image], "grandma"}
    # Their other tags still come from the version before, until a job re-tags them.
    assert retagging.versions(tagged) == first


def test_decisions_stay(retagging: Retagging, tagged: list[UUID], engine: Engine) -> None:
    image = tagged[0]
    set_decision(engine, image, "goldfish", present=False)
    set_decision(engine, image, "teapot", present=True)
    retagging.go_live(retagging.goldfish())

    retagging.do()

    assert retagging.shown([image])[image].keys() == {*GOLDFISH, "teapot"} - {"goldfish"}


def test_a_job_ignores_waiting_images(
    retagging: Retagging, tagged: list[UUID], engine: Engine
) -> None:
    waiting = insert_row(engine)
    retagging.go_live(retagging.goldfish())

    assert retagging.do()["done"] == 3
    assert read_row(engine, waiting)["model_version"] is None


@pytest.mark.parametrize(
    "scope", [RetagScope(), RetagScope(owner="ada"), RetagScope(below_version=9)]
)
def test_no_chunk_reads_all_images_to_find_its_own(
    tagged: list[UUID], engine: Engine, scope: RetagScope
) -> None:
    def explain(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        return f"EXPLAIN {statement}", parameters

    with transaction(engine) as connection:
        prefer_index_scans(connection)
        event.listen(connection, "before_cursor_execute", explain, retval=True)
        plan = "\n".join(map(str, next_in_scope(connection, scope, [1], tagged[0], 500)))

    # With so few images, Postgres would choose to do that by itself.
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan

"""A network goes live with everything that people taught, and the former one can be restored."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from services.trainer.learning.networks.relearn import judge_network
from services.trainer.switching.switch import carry_out_due_switch
from services.worker.tagging.lanes import Embedded, Rejected
from services.worker.tagging.pipeline import Pipeline
from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.images.tagging import ClaimedImage
from shared.db.models.models import find_live_model
from shared.db.models.switching.switches import find_former_network
from shared.db.tags.shown import tags_of_images
from tests.support.networks.networks import REVERSED
from tests.support.networks.switching import Switching
from tests.support.pictures.rows import insert_custom_tag, read_row

TAUGHT = "grandma"


def say(engine: Engine, image: UUID, tag_id: int, verdict: str) -> None:
    """Insert a correction that a run has learned from."""
    with transaction(engine) as connection:
        connection.execute(
            text("""
                INSERT INTO contributors (name) VALUES ('ada') ON CONFLICT DO NOTHING;
                INSERT INTO finetune_runs (trigger, status)
                SELECT 'request', 'promoted' WHERE NOT EXISTS (SELECT FROM finetune_runs);
                INSERT INTO corrections (image_id, tag_id, contributor, verdict, run_id)
                SELECT :image, :tag, 'ada', :verdict, max(id) FROM finetune_runs
            """),
            {"image": image, "tag": tag_id, "verdict": verdict},
        )


@pytest.fixture
def taught(engine: Engine, tagged: list[UUID]) -> int:
    """A custom tag that people added to one of the images, and removed from the others."""
    tag_id = insert_custom_tag(engine, TAUGHT, TAUGHT)
    for number, image in enumerate(tagged):
        say(engine, image, tag_id, "remove" if number else "add")
    return tag_id


def live_network(engine: Engine) -> str:
    with transaction(engine) as connection:
        live = find_live_model(connection)
    assert live is not None
    return live.backbone


def slugs(engine: Engine, image: UUID) -> set[str]:
    with transaction(engine) as connection:
        return {tag.slug for tag in tags_of_images(connection, [image])[image]}


def test_a_network_goes_live_with_what_people_taught_and_can_be_changed_back(
    taught: int,
    tagged: list[UUID],
    engine: Engine,
    upload: Callable[[str], UUID],
    switching: Switching,
) -> None:
    before = {image: slugs(engine, image) for image in tagged}
    former = live_network(engine)
    switching.begin()

    switching.carry_out()

    assert live_network(engine) == REVERSED
    for image in tagged:
        assert read_row(engine, image)["model_version"] == switching.read()["version"]
        # It sees what the former network saw, but for the everyday words, and knows the tag.
        assert "espresso" in slugs(engine, image) or image != tagged[0]
        assert slugs(engine, image) - {TAUGHT} <= before[image]
    assert TAUGHT in slugs(engine, tagged[0])

    late = upload("cat")
    with transaction(engine) as connection:
        assert find_former_network(connection) == former
    switching.begin(former, gated=False)
    switching.carry_out()

    assert live_network(engine) == former
    # Only what came meanwhile had to be embedded.
    assert switching.read()["done"] == 1
    assert late in switching.embeddings_by(former)
    assert TAUGHT in slugs(engine, tagged[0])
    assert "cat" in slugs(engine, late)
    assert slugs(engine, tagged[0]) >= before[tagged[0]]


def test_an_upload_that_was_under_way_is_tagged_by_the_network_that_went_live(
    tagged: list[UUID],
    pipeline: Pipeline,
    upload: Callable[[str], UUID],
    switching: Switching,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = switching.trainer.engine
    switching.begin()
    switching.until("learning")
    live = pipeline.live.get().model
    lanes = pipeline.networks.get(live.backbone).lanes
    embed = lanes.embed

    def embed_slowly(images: Iterable[ClaimedImage]) -> Iterator[Embedded | Rejected]:
        monkeypatch.undo()
        outcomes = list(embed(images))
        switching.learn()
        return iter(outcomes)

    monkeypatch.setattr(lanes, "embed", embed_slowly)

    image = upload("cat")

    assert read_row(engine, image)["status"] == "tagged"
    with transaction(engine) as connection:
        stored = find_embedding(connection, image)
    assert stored is not None
    assert stored["backbone_id"] != live.backbone_id
    assert "cat" in slugs(engine, image)


def test_a_run_learns_on_top_of_a_version_that_went_live_meanwhile(
    taught: int, tagged: list[UUID], engine: Engine, switching: Switching
) -> None:
    switching.begin()
    switching.until("learning")
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET status = 'retired' WHERE status = 'live'"))
        connection.execute(
            text("""
                INSERT INTO models (backbone_id, status, blob, parent, promoted_at)
                SELECT backbone_id, 'live', blob, version, now() FROM models WHERE version = 1
            """)
        )

    carry_out_due_switch(switching.trainer)

    assert switching.read()["status"] == "finishing"


def test_a_network_that_is_worse_is_rejected_and_one_that_is_not_goes_live() -> None:
    assert judge_network([(0.8, 0.7), (0.9, 0.8)], 0.01) == (
        "rejected",
        "The network is worse: mean average precision of 2 tags on held-out corrections "
        "0.850 → 0.750; a loss of at most 0.01 is allowed. To use it all the same: tagloop "
        "backbone switch --no-gate",
    )
    assert judge_network([(0.8, 0.7)], None)[0] == "promoted"
    assert judge_network([(0.8, 0.795)], 0.01)[0] == "promoted"
    assert judge_network([], 0.01)[0] == "promoted"

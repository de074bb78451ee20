"""Workers embed every image with the next network while the present one serves."""

from collections.abc import Callable
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine, text

from services.worker.backbone import Backbone
from services.worker.switching.embed_chunk import ChunkLost, embed_chunk
from services.worker.tagging.pipeline import Pipeline
from shared.db.connection.engine import transaction
from shared.db.models.switching.chunks import Chunk, claim_chunk
from shared.db.models.switching.reading import list_skipped
from shared.db.models.switching.switches import abort_switch
from shared.errors import Conflict
from shared.storage.storage import Storage, original_key
from tests.support.networks.networks import REVERSED
from tests.support.networks.switching import Switching
from tests.support.pictures.rows import read_row

LEASE_SECONDS = 30.0


def test_every_image_gets_an_embedding_of_the_next_network(
    tagged: list[UUID], backbone: Backbone, switching: Switching
) -> None:
    switching.begin()

    switch = switching.until("learning")

    before = switching.embeddings_by(backbone.description.name)
    after = switching.embeddings_by(REVERSED)
    assert before.keys() == after.keys() == set(tagged)
    for image in tagged:
        assert np.array_equal(before[image], after[image][::-1])
    assert (switch["total"], switch["done"], switch["skipped"]) == (3, 3, 0)


def test_a_lost_worker_loses_no_image_and_stores_none_twice(
    tagged: list[UUID], engine: Engine, pipeline: Pipeline, switching: Switching
) -> None:
    switching.begin()
    switching.until("embedding")
    # Given a worker that holds a chunk and is silent for longer than its lease
    with transaction(engine) as connection:
        held = claim_chunk(connection, 2, LEASE_SECONDS)
        connection.execute(text("UPDATE switch_chunks SET lease_until = now()"))
    assert isinstance(held, Chunk)

    switching.until("learning")

    assert switching.embeddings_by(REVERSED).keys() == set(tagged)
    with pytest.raises(ChunkLost):
        embed_chunk(
            engine, pipeline.networks.get(REVERSED).lanes, held, LEASE_SECONDS, one_by_one=False
        )


def test_an_original_that_is_gone_or_damaged_is_skipped_and_named(
    tagged: list[UUID], engine: Engine, storage: Storage, switching: Switching
) -> None:
    missing, damaged, good = tagged
    storage.delete([original_key(missing)])
    storage.put(original_key(damaged), b"no picture")
    switching.begin()

    switch = switching.until("learning")

    assert (switch["done"], switch["skipped"]) == (1, 2)
    with transaction(engine) as connection:
        skipped = {r["id"]: r["reason"] for r in list_skipped(connection, switch["id"], 10)}
    assert skipped.keys() == {missing, damaged}
    assert "gone" in skipped[missing]
    assert switching.embeddings_by(REVERSED).keys() == {good}
    assert read_row(engine, missing)["status"] == "tagged"


def test_images_that_arrive_meanwhile_are_tagged_at_once_and_embedded_too(
    tagged: list[UUID], engine: Engine, upload: Callable[[str], UUID], switching: Switching
) -> None:
    switching.begin()
    switching.until("learning")

    late = upload("cat")
    switching.switcher.step()

    assert late in switching.embeddings_by(REVERSED)
    assert read_row(engine, late)["model_version"] == 1


def test_images_embedded_before_an_abort_are_not_embedded_again(
    tagged: list[UUID], engine: Engine, switching: Switching
) -> None:
    switching.begin()
    switching.until("learning")
    with transaction(engine) as connection:
        abort_switch(connection)

    switching.begin()

    switch = switching.until("learning")
    assert (switch["total"], switch["done"]) == (0, 0)


def test_a_network_that_cannot_be_loaded_ends_the_switch_with_the_reason(
    tagged: list[UUID], switching: Switching
) -> None:
    switching.begin("no_such_network")

    switch = switching.until("failed")

    assert switch["reason"].startswith("'no_such_network' is not a network of timm")
    switching.begin()


def test_an_impossible_switch_is_refused(
    tagged: list[UUID], backbone: Backbone, switching: Switching
) -> None:
    with pytest.raises(Conflict, match="is the live network already"):
        switching.begin(backbone.description.name)
    switching.begin()
    with pytest.raises(Conflict, match="A switch to reversed is not finished"):
        switching.begin("another")

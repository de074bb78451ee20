"""Workers embed every image with the next network while the present one serves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from celery import Celery
from sqlalchemy import Engine, text

from services.worker.backbone import Backbone
from services.worker.switching.embed_chunk import ChunkLost, embed_chunk
from services.worker.switching.switcher import Switcher
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.switching.chunks import Chunk, claim_chunk
from shared.db.switching.reading import find_last_switch, list_skipped
from shared.db.switching.switches import abort_switch, request_switch
from shared.errors import Conflict
from shared.storage.storage import Storage, original_key
from tests.support.networks import REVERSED, ReversedBackbone
from tests.support.rows import read_row, store_image

LEASE_SECONDS = 30.0
STEPS = 20


@pytest.fixture
def switcher(
    engine: Engine, storage: Storage, celery: Celery, pipeline: Pipeline, backbone: Backbone
) -> Switcher:
    """The part of a worker that switches; it has the second network in memory."""
    pipeline.networks.add(ReversedBackbone(backbone))
    return Switcher(engine, storage, celery, pipeline.networks)


@pytest.fixture
def until(engine: Engine, switcher: Switcher) -> Callable[[str], None]:
    """Works on a switch until it has a status."""

    def work(status: str) -> None:
        for _ in range(STEPS):
            if read_switch(engine)["status"] == status:
                return
            switcher.step()
        pytest.fail(f"still {dict(read_switch(engine))}")

    return work


@pytest.fixture
def upload(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    photos: dict[str, Path],
) -> Callable[[str], UUID]:
    """Stores and tags a photograph, given by what it shows."""

    def upload(name: str) -> UUID:
        image = store_image(settings, engine, storage, photos[name].read_bytes())
        pipeline.tag([image])
        return image

    return upload


def begin(engine: Engine, name: str = REVERSED) -> int:
    with transaction(engine) as connection:
        return request_switch(connection, name, None)


def read_switch(engine: Engine) -> dict[str, Any]:
    with transaction(engine) as connection:
        row = find_last_switch(connection)
        assert row is not None
        return dict(row)


def embeddings_by(engine: Engine, name: str) -> dict[UUID, np.ndarray]:
    query = text("""
        SELECT image_id, embedding::real[] FROM embeddings
        JOIN backbones ON backbones.id = backbone_id WHERE name = :name
    """)
    with transaction(engine) as connection:
        return {row[0]: np.array(row[1]) for row in connection.execute(query, {"name": name})}


def test_every_image_gets_an_embedding_of_the_next_network(
    tagged: list[UUID],
    engine: Engine,
    backbone: Backbone,
    until: Callable[[str], None],
) -> None:
    begin(engine)

    until("learning")

    before, after = (embeddings_by(engine, n) for n in (backbone.description.name, REVERSED))
    assert before.keys() == after.keys() == set(tagged)
    for image in tagged:
        assert np.array_equal(before[image], after[image][::-1])
    switch = read_switch(engine)
    assert (switch["total"], switch["done"], switch["skipped"]) == (3, 3, 0)


def test_a_lost_worker_loses_no_image_and_stores_none_twice(
    tagged: list[UUID],
    engine: Engine,
    pipeline: Pipeline,
    switcher: Switcher,
    until: Callable[[str], None],
) -> None:
    begin(engine)
    until("embedding")
    # Given a worker that holds a chunk and is silent for longer than its lease
    with transaction(engine) as connection:
        held = claim_chunk(connection, 2, LEASE_SECONDS)
        connection.execute(text("UPDATE switch_chunks SET lease_until = now()"))
    assert isinstance(held, Chunk)

    until("learning")

    assert embeddings_by(engine, REVERSED).keys() == set(tagged)
    with pytest.raises(ChunkLost):
        embed_chunk(engine, pipeline.networks.get(REVERSED).lanes, held, one_by_one=False)


def test_an_original_that_is_gone_or_damaged_is_skipped_and_named(
    tagged: list[UUID], engine: Engine, storage: Storage, until: Callable[[str], None]
) -> None:
    missing, damaged, good = tagged
    storage.delete([original_key(missing)])
    storage.put(original_key(damaged), b"no picture")
    begin(engine)

    until("learning")

    switch = read_switch(engine)
    assert (switch["done"], switch["skipped"]) == (1, 2)
    with transaction(engine) as connection:
        skipped = {r["id"]: r["reason"] for r in list_skipped(connection, switch["id"], 10)}
    assert skipped.keys() == {missing, damaged}
    assert "gone" in skipped[missing]
    assert embeddings_by(engine, REVERSED).keys() == {good}
    assert read_row(engine, missing)["status"] == "tagged"


def test_images_that_arrive_meanwhile_are_embedded_too(
    tagged: list[UUID],
    engine: Engine,
    upload: Callable[[str], UUID],
    until: Callable[[str], None],
    switcher: Switcher,
) -> None:
    begin(engine)
    until("learning")

    late = upload("cat")
    switcher.step()

    assert late in embeddings_by(engine, REVERSED)
    assert read_row(engine, late)["model_version"] == 1


def test_what_was_embedded_before_an_abort_is_not_embedded_again(
    tagged: list[UUID], engine: Engine, until: Callable[[str], None]
) -> None:
    begin(engine)
    until("learning")
    with transaction(engine) as connection:
        abort_switch(connection)

    begin(engine)
    until("learning")

    assert (read_switch(engine)["total"], read_switch(engine)["done"]) == (0, 0)


def test_a_network_that_cannot_be_loaded_ends_the_switch_with_the_reason(
    tagged: list[UUID], engine: Engine, until: Callable[[str], None]
) -> None:
    begin(engine, "no_such_network")

    until("failed")

    assert read_switch(engine)["reason"] == (
        "'no_such_network' is no network: timm has none of that name."
    )
    begin(engine)


def test_what_cannot_be_switched_to_is_refused(
    tagged: list[UUID], engine: Engine, backbone: Backbone
) -> None:
    with pytest.raises(Conflict, match="is the live network already"):
        begin(engine, backbone.description.name)
    begin(engine)
    with pytest.raises(Conflict, match="A switch to reversed is not finished"):
        begin(engine, "another")

"""Re-tagging from stored embeddings, after another version of the head went live."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine, text

from services.worker.pipeline import Pipeline
from services.worker.retag import retag
from shared.config import Settings
from shared.db.engine import transaction
from shared.db.tags import tags_of_images
from shared.head import Head
from shared.live_model import LiveScorer
from shared.storage import Storage
from shared.vocabulary import load_imagenet
from tests.rows import read_row, store_image

PHOTOS = ("coffee", "flower", "rocket")


@pytest.fixture
def tagged(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> list[UUID]:
    ids = [store_image(settings, engine, storage, photos[name].read_bytes()) for name in PHOTOS]
    pipeline.tag(ids)
    return ids


def go_live(engine: Engine, storage: Storage, head: Head) -> LiveScorer:
    """Put another head in the place of the live one."""
    storage.put("heads/next", head.to_bytes())
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET status = 'retired'"))
        connection.execute(
            text(
                "INSERT INTO models (backbone_id, status, blob) "
                "SELECT backbone_id, 'live', 'heads/next' FROM models LIMIT 1"
            )
        )
    return LiveScorer(engine, storage)


def shown(engine: Engine, ids: list[UUID]) -> dict[UUID, dict[str, float]]:
    with transaction(engine) as connection:
        shown = tags_of_images(connection, ids)
        return {image: {t.slug: t.confidence for t in tags} for image, tags in shown.items()}


def test_the_same_head_gives_the_same_tags(
    tagged: list[UUID], pipeline: Pipeline, settings: Settings, engine: Engine, storage: Storage
) -> None:
    before = shown(engine, tagged)
    live = go_live(engine, storage, pipeline.live.get().head)

    assert retag(engine, live, settings) == len(tagged)

    after = shown(engine, tagged)
    assert before.keys() == after.keys()
    for image in tagged:
        assert after[image] == pytest.approx(before[image], abs=1e-5)
        assert read_row(engine, image)["model_version"] == live.get().model.version


def test_another_head_replaces_the_old_tags(
    tagged: list[UUID], pipeline: Pipeline, settings: Settings, engine: Engine, storage: Storage
) -> None:
    vocabulary = load_imagenet()
    bias = np.zeros(len(vocabulary.leaves), np.float32)
    bias[vocabulary.index("goldfish")] = 100
    head = pipeline.live.get().head
    live = go_live(engine, storage, replace(head, weight=head.weight * 0, bias=bias))

    retag(engine, live, settings)

    for tags in shown(engine, tagged).values():
        assert tags.keys() == {"goldfish", "fish", "vertebrate", "animal"}


def test_images_of_the_live_version_are_left_alone(
    tagged: list[UUID], pipeline: Pipeline, settings: Settings, engine: Engine
) -> None:
    assert retag(engine, pipeline.live, settings) == 0

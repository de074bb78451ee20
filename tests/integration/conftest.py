"""What tests of the read side, of runs and of re-tagging stand on."""

from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.trainer.trainer import Trainer
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage
from tests.support.events.deliveries import webhooks_client
from tests.support.learning.retagging import Retagging
from tests.support.learning.training import InstantLearn, insert_version, trainer_with
from tests.support.pictures.rows import store_image


@pytest.fixture
def cat(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> UUID:
    """The photograph of a cat, tagged."""
    image = store_image(settings, engine, storage, photos["cat"].read_bytes())
    pipeline.tag([image])
    return image


@pytest.fixture
def tag_photos(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> Callable[..., dict[str, UUID]]:
    """Store the named photographs for an owner and tag them; returns their ids by name.

    end: bytes that are appended to each file, so that it is another one.
    """

    def tag(names: Iterable[str], owner: str, end: bytes = b"") -> dict[str, UUID]:
        contents = {name: photos[name].read_bytes() + end for name in names}
        ids = {
            name: store_image(settings, engine, storage, content, owner)
            for name, content in contents.items()
        }
        pipeline.tag(list(ids.values()))
        return ids

    return tag


@pytest.fixture
def tagged(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> list[UUID]:
    """Photographs that version 1 has tagged, the last one for another owner."""
    ids = [
        store_image(settings, engine, storage, photos[name].read_bytes(), owner)
        for name, owner in (("coffee", ""), ("flower", ""), ("rocket", "ada"))
    ]
    pipeline.tag(ids)
    # Jobs wait for workers that may not have seen a fresh promotion yet.
    with transaction(engine) as connection:
        connection.execute(text("UPDATE models SET promoted_at = now() - interval '1 hour'"))
    return ids


@pytest.fixture
def retagging(
    settings: Settings,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
    tagged: list[UUID],
) -> Retagging:
    """Works on re-tagging jobs."""
    return Retagging(settings, engine, storage, pipeline)


@pytest.fixture
def learn() -> InstantLearn:
    """What the trainer learns with."""
    return InstantLearn()


@pytest.fixture
def first(engine: Engine, storage: Storage) -> int:
    """The version that is live before anything was learned."""
    return insert_version(engine, storage)


@pytest.fixture
def trainer(
    learn: InstantLearn,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    first: int,
) -> Trainer:
    """A trainer without its process."""
    return trainer_with(learn, settings, engine, storage)


@pytest.fixture
def webhooks(settings: Settings) -> FlaskClient:
    """The door for webhooks."""
    return webhooks_client(settings)

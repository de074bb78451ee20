"""Fixtures for tests of a change of the network."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from celery import Celery
from sqlalchemy import Engine

from services.trainer.learning.run import finetune
from services.trainer.trainer import Trainer
from services.worker.backbone import Backbone
from services.worker.switching.switcher import Switcher
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.storage.storage import Storage
from tests.support.networks.networks import ReversedBackbone
from tests.support.networks.switching import Switching
from tests.support.pictures.rows import store_image


@pytest.fixture
def trainer(settings: Settings, engine: Engine, storage: Storage, celery: Celery) -> Trainer:
    """A trainer that really learns."""
    return Trainer(settings, engine, storage, celery, finetune)


@pytest.fixture
def switching(pipeline: Pipeline, backbone: Backbone, trainer: Trainer) -> Switching:
    """A worker with the second network in memory, and a trainer."""
    networks = pipeline.networks
    networks.add(ReversedBackbone(backbone))
    switcher = Switcher(trainer.settings, trainer.engine, trainer.storage, trainer.celery, networks)
    return Switching(switcher, trainer)


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

"""What tests of the read side stand on."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.worker.pipeline import Pipeline
from shared.config import Settings
from shared.storage import Storage
from tests.rows import store_image


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

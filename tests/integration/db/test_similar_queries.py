"""Visual search for callers who may not see everything."""

from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.images.similar import find_nearest
from shared.db.owners.access import EVERYTHING, Access
from shared.storage.storage import Storage
from tests.support.rows import store_image


def test_pictures_of_others_are_not_found(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    alma, bert = (
        store_image(settings, engine, storage, photos[photo].read_bytes(), owner)
        for photo, owner in (("cat", "alma"), ("coffee", "bert"))
    )
    pipeline.tag([alma, bert])

    with transaction(engine) as connection:
        stored = find_embedding(connection, alma)
        assert stored is not None
        embedding = np.array(stored["embedding"], np.float16)
        question = (connection, embedding, stored["backbone_id"], 10)
        own = find_nearest(*question, access=Access("alma"))
        everybodys = find_nearest(*question, access=EVERYTHING)

    assert [row.image_id for row in own] == [alma]
    assert [row.image_id for row in everybodys] == [alma, bert]

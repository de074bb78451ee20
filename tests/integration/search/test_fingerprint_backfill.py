"""Images of an earlier version get their fingerprints after the upgrade, and are stacked."""

import io
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from PIL import Image
from sqlalchemy import Engine, text

from services.worker.background import fingerprint_filling
from services.worker.background.fingerprint_filling import fill_fingerprints
from services.worker.background.stacking import stack_images
from services.worker.tagging.lanes import Lanes
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.migrate.run import migration_config
from shared.db.search.likeness.fingerprint_backfill import find_next_bare
from shared.db.search.likeness.stacks import find_stacks
from shared.storage.storage import Storage, original_key
from tests.support.pictures.rows import store_image

OWNER = "upgraded-alma"


@pytest.fixture
def ids(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> list[UUID]:
    """Tagged images; the last one is the second one in another size."""
    contents = [photos[name].read_bytes() for name in ("coffee", "cat", "motorcycle")]
    contents.append(half_as_wide(photos["cat"]))
    ids = [store_image(settings, engine, storage, content, OWNER) for content in contents]
    pipeline.tag(ids)
    return ids


def lanes_of(pipeline: Pipeline) -> Lanes:
    model = pipeline.live.get().model
    return pipeline.networks.get(model.backbone, model.weights).lanes


def read_fingerprints(engine: Engine) -> dict[UUID, tuple[int, str]]:
    with transaction(engine) as connection:
        rows = connection.execute(
            text("SELECT image_id, difference_hash, miniature::text FROM fingerprints")
        )
        return {row.image_id: (row.difference_hash, row.miniature) for row in rows}


def is_due(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM fingerprint_backfill)")))


def half_as_wide(photo: Path) -> bytes:
    with Image.open(photo) as picture:
        file = io.BytesIO()
        picture.convert("RGB").reduce(2).save(file, "JPEG", quality=90)
    return file.getvalue()


def test_a_sweep_takes_them_in_chunks_and_leaves_out_lost_files(
    ids: list[UUID],
    pipeline: Pipeline,
    engine: Engine,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lanes = lanes_of(pipeline)
    expected = read_fingerprints(engine)
    assert set(expected) == set(ids)
    # Given a database of the version before, upgraded, and a file that is gone
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM fingerprints"))
        config = migration_config(connection)
        command.downgrade(config, "0034")
        command.upgrade(config, "head")
    assert is_due(engine)
    storage.delete([original_key(ids[2])])

    # When a sweep has time for one image only, and later ones for the others
    monkeypatch.setattr(fingerprint_filling, "CHUNK_IMAGES", 1)
    monkeypatch.setattr(fingerprint_filling, "FILL_SECONDS", -1.0)
    fill_fingerprints(engine, lanes)
    assert read_fingerprints(engine) == {}
    with transaction(engine) as connection:
        assert [picture.id for picture in find_next_bare(connection, 1)] == ids[:1]
    monkeypatch.setattr(fingerprint_filling, "FILL_SECONDS", 60.0)
    fill_fingerprints(engine, lanes)

    # Then all others have the fingerprints that tagging gave them, and are stacked
    del expected[ids[2]]
    assert read_fingerprints(engine) == expected
    assert not is_due(engine)
    stack_images(engine)
    with transaction(engine) as connection:
        found = find_stacks(connection, ids)
    assert set(found) == {ids[1], ids[3]}

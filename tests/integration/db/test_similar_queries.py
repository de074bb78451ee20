"""Visual search for callers bound to an owner, and with codes of an earlier version."""

from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, text

from services.worker.background.code_filling import fill_codes
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.images.results import store_embeddings
from shared.db.models.models import insert_backbone, insert_first_version
from shared.db.owners.access import EVERYTHING, Access
from shared.db.search.likeness import nearest_codes, similar
from shared.db.search.likeness.code_backfill import BEFORE_ALL, fill_in_codes
from shared.db.search.likeness.codes import has_all_codes
from shared.db.search.likeness.similar import MIN_CANDIDATES, find_nearest
from shared.storage.storage import Storage
from tests.support.pictures.rows import insert_rows, store_image

DIMENSIONS = 64


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


@pytest.fixture
def backbone_id(engine: Engine) -> int:
    with transaction(engine) as connection:
        backbone_id = insert_backbone(connection, "lite0", DIMENSIONS, None)
        insert_first_version(connection, backbone_id, "heads/1", {}, is_live=True)
        return backbone_id


def store(engine: Engine, backbone_id: int, embeddings: np.ndarray, owner: str) -> list[UUID]:
    """Insert images of an owner with these embeddings."""
    ids = insert_rows(engine, len(embeddings), owner=owner)
    with transaction(engine) as connection:
        store_embeddings(connection, ids, embeddings.astype(np.float16), backbone_id)
    return ids


def nearest(engine: Engine, query: np.ndarray, backbone_id: int, owner: str | None) -> list[UUID]:
    with transaction(engine) as connection:
        access = Access(owner)
        found = find_nearest(connection, query.astype(np.float16), backbone_id, 5, access=access)
    return [near.image_id for near in found]


@pytest.mark.parametrize("few", [0, similar.FEW_IMAGES])
def test_an_owner_finds_all_own_pictures_behind_many_nearer_ones_of_others(
    engine: Engine, backbone_id: int, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(similar, "FEW_IMAGES", few)
    random = np.random.default_rng(0)
    query = random.random(DIMENSIONS)
    near = query + random.normal(0, 0.01, (MIN_CANDIDATES + 20, DIMENSIONS))
    store(engine, backbone_id, near, "bert")
    own = store(engine, backbone_id, random.random((5, DIMENSIONS)), "alma")

    assert set(nearest(engine, query, backbone_id, "alma")) == set(own)


@pytest.mark.parametrize("fraction", [0.3, 1.0])
def test_a_sample_of_a_large_table_loses_no_result(
    engine: Engine, backbone_id: int, monkeypatch: pytest.MonkeyPatch, fraction: float
) -> None:
    random = np.random.default_rng(0)
    # Bursts lie on the same page of the table, so a sample of pages has all of one or none.
    moments = random.normal(0, 1, (30, 1, DIMENSIONS))
    embeddings = (moments + random.normal(0, 0.1, (30, 40, DIMENSIONS))).reshape(-1, DIMENSIONS)
    store(engine, backbone_id, embeddings, "alma")
    with transaction(engine) as connection:
        connection.execute(text("ANALYZE codes"))
    queries = [moment[0] for moment in moments]
    expected = [nearest(engine, query, backbone_id, None) for query in queries]

    monkeypatch.setattr(nearest_codes, "MIN_SAMPLED_TABLE", 0)
    monkeypatch.setattr(nearest_codes, "SAMPLED_CODES", int(fraction * len(embeddings)))

    assert [nearest(engine, query, backbone_id, None) for query in queries] == expected


def test_embeddings_of_an_earlier_version_are_found_before_and_after_they_get_codes(
    engine: Engine, backbone_id: int
) -> None:
    random = np.random.default_rng(0)
    embeddings = random.random((25, DIMENSIONS))
    ids = store(engine, backbone_id, embeddings, "alma")
    with transaction(engine) as connection:
        made = read_codes(connection)
        # Given a database as the migration leaves it, with one embedding that has its code
        connection.execute(text("DELETE FROM codes WHERE image_id <> :id"), {"id": ids[7]})
        connection.execute(text("INSERT INTO code_backfill VALUES (:id)"), {"id": BEFORE_ALL})
    expected = nearest(engine, embeddings[3], backbone_id, None)
    assert expected[0] == ids[3]

    # When a worker stops in the middle, and one of the earlier version stores another embedding
    with transaction(engine) as connection:
        assert fill_in_codes(connection, 10) == 10
        assert not has_all_codes(connection)
        connection.execute(text("DELETE FROM codes WHERE image_id = :id"), {"id": ids[0]})
    assert nearest(engine, embeddings[3], backbone_id, None) == expected
    fill_codes(engine)

    with transaction(engine) as connection:
        assert has_all_codes(connection)
        assert read_codes(connection) == made
    assert nearest(engine, embeddings[3], backbone_id, None) == expected


def read_codes(connection: Connection) -> dict[UUID, str]:
    rows = connection.execute(text("SELECT image_id, code::text FROM codes"))
    return {row.image_id: row.code for row in rows}

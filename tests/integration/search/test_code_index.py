"""The index for visual search: built where the setting asks for it, and used for every caller."""

from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from services.worker.background.code_indexing import index_codes
from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings
from shared.db.models.models import insert_backbone, insert_first_version
from shared.db.owners.access import EVERYTHING, Access
from shared.db.search.likeness import code_index, similar
from shared.db.search.likeness.code_index import CodeIndex, find_code_indexes
from shared.db.search.likeness.nearest_codes import candidate_queries
from shared.db.search.likeness.similar import compare_all, find_nearest
from tests.support.pictures.rows import insert_rows

DIMENSIONS = 64
IMAGES = 600
RESULTS = 5


@pytest.fixture(autouse=True)
def _small_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of some hundred codes is worth an index of several lists."""
    monkeypatch.setattr(code_index, "MIN_INDEXED_CODES", IMAGES // 2)
    monkeypatch.setattr(code_index, "CODES_PER_LIST", 100)
    monkeypatch.setattr(similar, "FEW_IMAGES", 0)


@pytest.fixture
def backbone_id(engine: Engine) -> int:
    """A live network, with embeddings of two owners."""
    with transaction(engine) as connection:
        backbone_id = insert_backbone(connection, "lite0", DIMENSIONS, None)
        insert_first_version(connection, backbone_id, "heads/1", {}, is_live=True)
    random = np.random.default_rng(0)
    store(engine, backbone_id, random.normal(0, 1, (IMAGES - 50, DIMENSIONS)), "indexed-alma")
    store(engine, backbone_id, random.normal(0, 1, (50, DIMENSIONS)), "indexed-bert")
    return backbone_id


def store(engine: Engine, backbone_id: int, embeddings: np.ndarray, owner: str) -> list[UUID]:
    ids = insert_rows(engine, len(embeddings), owner=owner)
    with transaction(engine) as connection:
        store_embeddings(connection, ids, embeddings.astype(np.float16), backbone_id)
    analyse(engine)
    return ids


def analyse(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("ANALYZE codes"))


def indexes(engine: Engine) -> list[CodeIndex]:
    with transaction(engine) as connection:
        return list(find_code_indexes(connection))


def test_searches_use_the_index_and_find_each_callers_images(
    engine: Engine, backbone_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All lists are compared: their centres are drawn by chance, and may lie between the nearest.
    monkeypatch.setattr(code_index, "COMPARED_SHARE", 1.0)
    query = np.random.default_rng(1).normal(0, 1, DIMENSIONS).astype(np.float16)

    index_codes(engine, is_wanted=True)

    assert indexes(engine) == [CodeIndex(backbone_id, IMAGES // 100)]
    with transaction(engine) as connection:
        # So few codes would be scanned sooner.
        connection.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
        first = next(candidate_queries(connection, query, backbone_id, 10, EVERYTHING))
        compiled = first.compile(connection.engine)
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars().all()
        assert any(indexes(engine)[0].name in line for line in plan), plan
        for access in (EVERYTHING, Access("indexed-bert"), Access("indexed-alma")):
            asked = (connection, query, backbone_id, RESULTS)
            assert find_nearest(*asked, access=access) == compare_all(*asked, access=access)


def test_the_index_grows_with_the_library_and_goes_with_the_setting(
    engine: Engine, backbone_id: int
) -> None:
    index_codes(engine, is_wanted=True)
    [small] = indexes(engine)
    # A few more images change nothing.
    index_codes(engine, is_wanted=True)
    assert indexes(engine) == [small]

    random = np.random.default_rng(2)
    store(engine, backbone_id, random.normal(0, 1, (4 * IMAGES, DIMENSIONS)), "indexed-alma")
    index_codes(engine, is_wanted=True)
    [large] = indexes(engine)
    assert large.lists >= 4 * small.lists

    index_codes(engine, is_wanted=False)
    assert indexes(engine) == []


def test_an_index_whose_building_failed_is_built_again(engine: Engine, backbone_id: int) -> None:
    index_codes(engine, is_wanted=True)
    built = indexes(engine)
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)"),
            {"name": built[0].name},
        )
    assert indexes(engine) == []

    index_codes(engine, is_wanted=True)

    assert indexes(engine) == built


def test_an_old_pgvector_is_reported_instead_of_building_a_faulty_index(
    engine: Engine, backbone_id: int
) -> None:
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE pg_extension SET extversion = '0.8.3' WHERE extname = 'vector'")
        )

    with capture_logs() as logs:
        index_codes(engine, is_wanted=True)

    assert indexes(engine) == []
    assert "pgvector 0.8.3, which is older than 0.8.4" in logs[-1]["reason"]

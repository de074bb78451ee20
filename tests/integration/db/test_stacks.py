"""Stacking near-duplicates: each image of a stack is a near-duplicate of every other."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import Connection, Engine, text

from services.worker.background.stacking import stack_images
from services.worker.tagging.pipeline import Pipeline
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.images.deleting import delete_image
from shared.db.search.likeness.fingerprints import find_near_duplicates
from shared.db.search.likeness.stacks import find_stacks, stack_next
from shared.pictures.fingerprint import Fingerprint
from shared.storage.storage import Storage
from tests.support.pictures.rows import store_image
from tests.support.pictures.stacks import insert_network, look, store_looks

NOON = datetime(2026, 5, 4, 12)


@pytest.fixture
def backbone_id(engine: Engine) -> int:
    return insert_network(engine)


def stacks(engine: Engine, ids: Sequence[UUID]) -> set[frozenset[UUID]]:
    with transaction(engine) as connection:
        return {frozenset(stack.members) for stack in find_stacks(connection, ids).values()}


def test_fingerprints_are_stored_unchanged(engine: Engine, backbone_id: int) -> None:
    lowest = look(-(2**63), datetime(1999, 12, 31, 23, 59, 59, 999_999))
    highest = look(2**63 - 1)
    ids = store_looks(engine, backbone_id, [(lowest, 0), (highest, 0)], owner="Zoë")

    with transaction(engine) as connection:
        rows = connection.execute(
            text("""
                SELECT owner, difference_hash, CAST(miniature AS real[]), taken_at
                FROM fingerprints WHERE image_id = ANY(:ids) ORDER BY difference_hash
            """),
            {"ids": ids},
        ).all()

    # The miniature's values are 0 to 255, stored less their mean.
    centred = [value - 127.5 for value in range(256)]
    assert [tuple(row) for row in rows] == [
        ("Zoë", lowest.difference_hash, centred, lowest.taken_at),
        ("Zoë", highest.difference_hash, centred, None),
    ]


def test_other_sizes_and_qualities_are_stacked_and_crops_and_other_owners_are_not(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    original = photos["cat"].read_bytes()
    picture = Image.open(io.BytesIO(original)).convert("RGB")
    width, height = picture.size

    def saved(changed: Image.Image, quality: int = 90) -> bytes:
        file = io.BytesIO()
        changed.save(file, "JPEG", quality=quality)
        return file.getvalue()

    contents = {
        "original": original,
        "small": saved(picture.resize((width // 2, height // 2), Image.Resampling.LANCZOS)),
        "poor": saved(picture, quality=40),
        "crop": saved(picture.crop((width // 4, height // 4, width, height))),
        "other": photos["coffee"].read_bytes(),
    }
    ids = {
        name: store_image(settings, engine, storage, content) for name, content in contents.items()
    }
    ids["bert's"] = store_image(settings, engine, storage, original, "bert")
    pipeline.tag(list(ids.values()))

    stack_images(engine)

    expected = frozenset({ids["original"], ids["small"], ids["poor"]})
    assert stacks(engine, list(ids.values())) == {expected}
    with transaction(engine) as connection:
        assert not find_stacks(connection, [ids["small"]])[ids["small"]].is_burst
        # What is deleted leaves its stack, and one image left is no stack.
        delete_image(connection, ids["original"])
        delete_image(connection, ids["poor"])
    assert stacks(engine, list(ids.values())) == set()


def test_no_chain_of_small_changes_joins_different_pictures(
    engine: Engine, backbone_id: int
) -> None:
    # Given three hashes of which the first and the last differ in eight bits, in every part
    first, between, last = (0, 0b1111 << 41, (0b1111 << 41) | 0b11 << 20 | 1 | (-1 << 63))
    one, two, three = store_looks(
        engine, backbone_id, [(look(bits), 0.0) for bits in (first, between, last)]
    )

    stack_images(engine)

    assert stacks(engine, [one, two, three]) == {frozenset({one, two})}


def test_bursts_are_stacked_by_time_and_likeness(engine: Engine, backbone_id: int) -> None:
    def taken(seconds: float, bits: int) -> Fingerprint:
        return look(bits, NOON + timedelta(seconds=seconds))

    unlike = 0b1010_1010_1010_1010
    alike, changed, late, different = store_looks(
        engine,
        backbone_id,
        [
            (taken(0, 0), 0.0),
            (taken(9, unlike), 0.3),
            (taken(11, -1), 0.0),
            (taken(1, 0xFF00FF00), 0.5),
        ],
    )

    stack_images(engine)

    # cos 0.3 is 0.955, cos 0.5 is 0.878
    assert stacks(engine, [alike]) == {frozenset({alike, changed})}
    assert stacks(engine, [late, different]) == set()
    with transaction(engine) as connection:
        assert find_stacks(connection, [alike])[alike].is_burst


def test_images_that_arrive_in_any_batch_find_their_stack(engine: Engine, backbone_id: int) -> None:
    def arrive(copies: int) -> list[UUID]:
        return store_looks(engine, backbone_id, [(look(7), 0.0)] * copies)

    ids = arrive(3)
    for _ in range(4):
        with transaction(engine) as connection:
            stack_next(connection, 1)
    ids += arrive(2)
    stack_images(engine)

    assert stacks(engine, ids[:1]) == {frozenset(ids)}
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM unstacked")) == 0


def test_only_the_embeddings_of_candidates_are_read(engine: Engine, backbone_id: int) -> None:
    ids = store_looks(engine, backbone_id, [(look(7, NOON), 0.0)] * 3)
    with transaction(engine) as connection:
        others = insert_others(connection, backbone_id, 3000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE images, fingerprints, embeddings"))

    with transaction(engine) as connection:
        before = embeddings_read(connection)
        found = find_near_duplicates(connection, [*ids, *others[:97]])
        read = embeddings_read(connection) - before

    assert {image: set(near) for image, near in found.items()} == {
        image: set(ids) - {image} for image in ids
    }
    assert read < 100


def insert_others(connection: Connection, backbone_id: int, count: int) -> Sequence[UUID]:
    """Insert images with fingerprints and embeddings, none of which is like another."""
    return connection.scalars(
        text("""
            WITH made AS (
                INSERT INTO images (id, owner, queue, status)
                SELECT gen_random_uuid(), '', 'bulk', 'tagged' FROM generate_series(1, :count)
                RETURNING id, hashtextextended(CAST(id AS text), 0) AS hash
            ), embedded AS (
                INSERT INTO embeddings (image_id, backbone_id, embedding)
                SELECT id, :backbone_id, CAST('[0,1,0,0,0,0,0,0]' AS halfvec) FROM made
            )
            INSERT INTO fingerprints (image_id, owner, difference_hash, miniature)
            SELECT id, '', hash, CAST(array_fill(1.0, ARRAY[256]) AS halfvec) FROM made
            RETURNING image_id
        """),
        {"count": count, "backbone_id": backbone_id},
    ).all()


def embeddings_read(connection: Connection) -> int:
    """Return how many rows of embeddings the transaction has read."""
    read: int = connection.scalars(
        text("""
            SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables
            WHERE relname = 'embeddings'
        """)
    ).one()
    return read


def test_stacking_does_not_wait_for_deletions(engine: Engine, backbone_id: int) -> None:
    # Given one image that waits to be stacked and two like it that are being deleted,
    # one of which waits to be stacked too
    stacked, waiting, kept = store_looks(engine, backbone_id, [(look(7), 0.0)] * 3)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM unstacked WHERE image_id = :id"), {"id": stacked})

    with transaction(engine) as deletion:
        lock = text("SELECT FROM fingerprints WHERE image_id = ANY(:ids) FOR UPDATE")
        deletion.execute(lock, {"ids": [stacked, waiting]})
        # When it is stacked
        with transaction(engine) as connection:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert stack_next(connection, 10) == 1
            # Then the deletion is not kept waiting either
            deletion.execute(text("SET LOCAL lock_timeout = '2s'"))
            delete_image(deletion, stacked)
            delete_image(deletion, waiting)

    assert stacks(engine, [stacked, waiting, kept]) == set()

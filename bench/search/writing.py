"""The cost of the search tables when tagging and re-tagging.

Everything is rolled back, so the database stays as it is.
"""

import time
from collections.abc import Callable
from uuid import UUID

import numpy as np
from rich.console import Console
from sqlalchemy import Connection, Engine, text

from bench.results.stats import percentile
from shared.db.images.results import store_image_tags
from shared.storage.image_ids import new_image_id

IMAGES = 1_000
TAGS_PER_IMAGE = 10
ROUNDS = 10

NEW_IMAGES = text("""
    INSERT INTO images (id, owner, sha256, status, queue)
    SELECT id, 'new', uuid_send(id), 'queued', 'tagging.bulk'
    FROM unnest(CAST(:ids AS uuid[])) AS id
""")
SOME_IMAGES = text(
    "SELECT id FROM images TABLESAMPLE SYSTEM (5) WHERE status = 'tagged' LIMIT :many"
)
# A new version of the head changes every confidence a little.
NEW_CONFIDENCES = text("""
    UPDATE image_tags SET confidence = confidence * CAST(0.9 + random() / 10 AS real)
    WHERE image_id = ANY(CAST(:ids AS uuid[]))
""")


def measure_writing(engine: Engine, console: Console) -> None:
    """Print the milliseconds that Postgres takes for an image."""
    for name, write in (("tagging", _tag), ("re-tagging", _tag_again)):
        seconds = [_timed(engine, write) for _ in range(ROUNDS)]
        milliseconds = percentile(seconds, 50) * 1000 / IMAGES
        console.print(f"{name}: {milliseconds:.2f} ms an image with {TAGS_PER_IMAGE} tags")


def _timed(engine: Engine, write: Callable[[Connection], Callable[[], object]]) -> float:
    with engine.connect() as connection:
        work = write(connection)
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        connection.rollback()
    return seconds


def _tag(connection: Connection) -> Callable[[], object]:
    """Prepare images; the returned function stores their tags."""
    ids = [new_image_id() for _ in range(IMAGES)]
    connection.execute(NEW_IMAGES, {"ids": ids})
    tag_ids = connection.scalars(text("SELECT id FROM tags ORDER BY id")).all()
    rng = np.random.default_rng(0)
    tags = np.stack([rng.choice(tag_ids, TAGS_PER_IMAGE, replace=False) for _ in ids])
    return lambda: store_image_tags(
        connection,
        ids,
        np.full(IMAGES, TAGS_PER_IMAGE),
        np.sort(tags.astype(np.int32), axis=1).reshape(-1),
        rng.random(tags.size, dtype=np.float32),
    )


def _tag_again(connection: Connection) -> Callable[[], object]:
    """Choose images; the returned function changes the confidence of their tags."""
    ids: list[UUID] = list(connection.scalars(SOME_IMAGES, {"many": IMAGES}))
    return lambda: connection.execute(NEW_CONFIDENCES, {"ids": ids})

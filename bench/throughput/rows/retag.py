"""Re-tag 100,000 images from stored embeddings, read from and written to Postgres.

The embeddings are those of photographs with some noise, so that each image gets a realistic number
of tags; random directions would get almost none.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sqlalchemy import Connection, Engine, text

from bench.results.stats import Figure
from bench.setup.errors import BenchError
from bench.setup.room import Room, new_owner
from bench.setup.stack import running_tagloop
from shared.config import load_settings
from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings
from shared.db.models.retag_jobs import RetagScope, find_job, queue_job
from shared.db.owners.access import EVERYTHING
from shared.messaging.celery_app import RETAG, create_celery
from shared.messaging.publisher import publish_hint
from shared.storage.image_ids import new_image_id
from tagloop.local.datadir import open_data_dir
from tagloop.local.environment import broker_url

IMAGES = 100_000
CHUNK_IMAGES = 5_000
# Relative to each dimension's standard deviation over the photographs.
NOISE = 0.1
DATA = "retag"
MAX_SECONDS = 600.0
LOOK_SECONDS = 0.05


def measure_retag(room: Room, console: Console) -> Iterator[Figure]:
    """Measure images per second.

    Each round promotes a new version of the head, which re-tags everything.

    The first round is not counted, because its images have no tags yet.
    """
    count = room.scale.images(IMAGES)
    rates = []
    with running_tagloop(room, DATA) as stack:
        with transaction(stack.engine) as connection:
            insert_images(connection, count)
        broker = broker_url(open_data_dir(room.part(DATA)))
        for number in range(room.scale.rounds + 1):
            with transaction(stack.engine) as connection:
                make_next_version_live(connection)
                job = queue_job(connection, RetagScope())
            with closing(create_celery(load_settings(broker_url=broker))) as celery:
                publish_hint(celery, RETAG)
            done, seconds = wait_for_job(stack.engine, job)
            if done < count:
                raise BenchError(f"Only {done:,} of {count:,} images were re-tagged.")
            if number:
                rates.append(done / seconds)
                console.print(f"  round {number} of {room.scale.rounds}: {rates[-1]:,.0f} images/s")
    yield Figure("retag", f"re-tagging {count:,} stored images", "images/s", tuple(rates))


def wait_for_job(engine: Engine, job: int) -> tuple[int, float]:
    """Return how many images the worker has re-tagged, and in how many seconds.

    Raises BenchError after ten minutes.
    """
    deadline = time.monotonic() + MAX_SECONDS
    while time.monotonic() < deadline:
        with transaction(engine) as connection:
            row = find_job(connection, job, EVERYTHING)
        if row is not None and row["status"] == "done":
            return row["done"], (row["finished_at"] - row["started_at"]).total_seconds()
        time.sleep(LOOK_SECONDS)
    raise BenchError(f"The images were not re-tagged after {MAX_SECONDS:.0f} s.")


def insert_images(connection: Connection, count: int) -> None:
    """Insert tagged images with embeddings like the existing photographs'."""
    found = connection.execute(
        text("SELECT backbone_id, embedding::real[] AS embedding FROM embeddings")
    ).all()
    photographs = np.array([row.embedding for row in found], np.float32)
    random = np.random.default_rng(0)
    owner = new_owner()
    for start in range(0, count, CHUNK_IMAGES):
        ids = [new_image_id() for _ in range(min(CHUNK_IMAGES, count - start))]
        insert_rows(connection, ids, owner)
        embeddings = with_noise(photographs, len(ids), random)
        store_embeddings(connection, ids, embeddings, found[0].backbone_id)


def insert_rows(connection: Connection, ids: list[UUID], owner: str) -> None:
    """Insert rows of images tagged by the live version."""
    connection.execute(
        text("""
            INSERT INTO images (id, owner, status, queue, format, model_version, tagged_at)
            SELECT id, :owner, 'tagged', 'tagging.bulk', 'JPEG', models.version, now()
            FROM unnest(CAST(:ids AS uuid[])) AS id, models WHERE models.status = 'live'
        """),
        {"ids": ids, "owner": owner},
    )


def with_noise(
    photographs: NDArray[np.float32], count: int, random: np.random.Generator
) -> NDArray[np.float16]:
    """Return embeddings (count, dimensions), each a photograph's with noise."""
    chosen = photographs[random.integers(len(photographs), size=count)]
    noise = random.standard_normal(chosen.shape, np.float32) * photographs.std(axis=0) * NOISE
    noisy: NDArray[np.float16] = (chosen + noise).astype(np.float16)
    return noisy


def make_next_version_live(connection: Connection) -> None:
    """Make a new version with the same weights live, dated an hour ago.

    A re-tagging job waits until every process has seen a fresh promotion, which takes longer than
    re-tagging at a small scale.
    """
    version = connection.execute(
        text("UPDATE models SET status = 'retired' WHERE status = 'live' RETURNING version")
    ).scalar_one()
    connection.execute(
        text("""
            INSERT INTO models (backbone_id, status, blob, promoted_at)
            SELECT backbone_id, 'live', blob, now() - interval '1 hour'
            FROM models WHERE version = :version
        """),
        {"version": version},
    )

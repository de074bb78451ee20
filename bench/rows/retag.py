"""Re-tagging 100,000 images from stored embeddings, read from Postgres and written to it.

The embeddings are those of photographs with a little noise, so that each image gets as many tags
as real ones do; random directions would get next to none, and less to write.
"""

import time
from collections.abc import Iterator
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sqlalchemy import Connection, text

from bench.errors import BenchError
from bench.room import Room, new_owner
from bench.stack import running_tagloop
from bench.stats import Figure
from services.worker.retag import retag
from shared.config import load_settings
from shared.db.binary_copy import copy_embeddings
from shared.db.engine import transaction
from shared.image_ids import new_image_id
from shared.live_model import REFRESH_SECONDS, LiveScorer
from shared.storage import Storage
from tagloop.local.datadir import open_data_dir

IMAGES = 100_000
CHUNK_IMAGES = 5_000
# Relative to the spread of each dimension over the photographs.
NOISE = 0.1
DATA = "retag"
# After this time every process has seen a promotion.
SEEN_SECONDS = 1.1 * REFRESH_SECONDS


def measure_retag(room: Room, console: Console) -> Iterator[Figure]:
    """Images a second; each round makes another version of the head live and re-tags everything.

    The first round is not counted: its images have no tags yet that would have to go.
    """
    count = room.scale.images(IMAGES)
    rates = []
    with running_tagloop(room, DATA) as stack:
        with transaction(stack.engine) as connection:
            insert_images(connection, count)
        live = LiveScorer(stack.engine, Storage(open_data_dir(room.part(DATA)).blobs.as_uri()))
        for number in range(room.scale.rounds + 1):
            with transaction(stack.engine) as connection:
                make_next_version_live(connection)
            time.sleep(SEEN_SECONDS)
            started = time.monotonic()
            done = retag(stack.engine, live, load_settings())
            seconds = time.monotonic() - started
            if done < count:
                raise BenchError(f"Only {done:,} of {count:,} images were re-tagged.")
            if number:
                rates.append(done / seconds)
                console.print(f"  round {number} of {room.scale.rounds}: {rates[-1]:,.0f} images/s")
    yield Figure("retag", f"re-tagging {count:,} stored images", "images/s", tuple(rates))


def insert_images(connection: Connection, count: int) -> None:
    """Insert tagged images with embeddings like those of the photographs that are there."""
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
        copy_embeddings(connection, ids, embeddings, found[0].backbone_id)


def insert_rows(connection: Connection, ids: list[UUID], owner: str) -> None:
    """Rows of images that the live version has tagged."""
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
    """Embeddings (count, dimensions), each a photograph's with noise."""
    chosen = photographs[random.integers(len(photographs), size=count)]
    noise = random.standard_normal(chosen.shape, np.float32) * photographs.std(axis=0) * NOISE
    noisy: NDArray[np.float16] = (chosen + noise).astype(np.float16)
    return noisy


def make_next_version_live(connection: Connection) -> None:
    """A new version with the weights of the live one, in its place."""
    version = connection.execute(
        text("UPDATE models SET status = 'retired' WHERE status = 'live' RETURNING version")
    ).scalar_one()
    connection.execute(
        text("""
            INSERT INTO models (backbone_id, status, blob, promoted_at)
            SELECT backbone_id, 'live', blob, now() FROM models WHERE version = :version
        """),
        {"version": version},
    )

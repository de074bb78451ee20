"""Made images with hashtags in Postgres, over mixtures of real embeddings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sqlalchemy import Engine, text

from bench.learning.hashtags.community import OWN_SHARE, UNVISUAL
from bench.learning.hashtags.pictures import LabelledPictures
from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings
from shared.db.models.models import LiveModel

BATCH_IMAGES = 5_000
HASHTAGS = 5
# Owners and rare words follow Zipf's law: a few are frequent, most are rare.
OWNERS, RARE_WORDS = 20_000, 300_000
SKEW = 1.3
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Rows:
    """Makes batches of images. pictures: real ones, whose labels become hashtags."""

    pictures: LabelledPictures
    model: LiveModel
    rng: np.random.Generator

    def insert(self, engine: Engine, first_ms: int, count: int) -> None:
        """Insert a batch of images that arrived one after the other from a moment on."""
        real = self.rng.integers(len(self.pictures.paths), size=(count, 2))
        ids = [_id_at(first_ms + number, self.rng) for number in range(count)]
        owners = [f"owner{number % OWNERS}" for number in self.rng.zipf(SKEW, count).tolist()]
        with transaction(engine) as connection:
            # Skip foreign keys and triggers, which would run for each of a million rows.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(
                text("""
                    INSERT INTO images (id, owner, sha256, status, hashtags, queue, created_at,
                        announced_at, tagged_at, model_version)
                    SELECT id, owner, uuid_send(id), 'tagged', string_to_array(said, ' '),
                        'tagging.bulk', at, at, at, :version
                    FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS text[]),
                        CAST(:said AS text[])) AS made(id, owner, said),
                        uuid_extract_timestamp(id) AS at
                """),
                {
                    "ids": ids,
                    "owners": owners,
                    "said": [self._hashtags(row) for row in real[:, 0].tolist()],
                    "version": self.model.version,
                },
            )
            store_embeddings(connection, ids, self._embeddings(real), self.model.backbone_id)

    def _embeddings(self, real: NDArray[np.int64]) -> NDArray[np.float16]:
        one, other = (self.pictures.embeddings[real[:, side]] for side in (0, 1))
        mixed = OWN_SHARE * one.astype(np.float32) + (1 - OWN_SHARE) * other.astype(np.float32)
        return mixed.astype(np.float16)

    def _hashtags(self, row: int) -> str:
        """Return five hashtags: labels of the picture, words that say nothing, and rare ones."""
        labels = [self.pictures.labels[n] for n in np.flatnonzero(self.pictures.present[row])]
        said = [label.replace("-", "") for label in labels][: HASHTAGS - 2]
        said.append(UNVISUAL[int(self.rng.integers(len(UNVISUAL)))])
        rare = self.rng.zipf(SKEW, HASHTAGS - len(said)) % RARE_WORDS
        return " ".join([*said, *(f"word{_letters(int(number))}" for number in rare)])


def fill(
    engine: Engine, pictures: LabelledPictures, model: LiveModel, images: int, console: Console
) -> None:
    """Insert a number of images that arrived within a year."""
    rows = Rows(pictures, model, np.random.default_rng(0))
    start = int((time.time() - YEAR_SECONDS) * 1000)
    step = YEAR_SECONDS * 1000 // images
    for first in range(0, images, BATCH_IMAGES):
        rows.insert(engine, start + first * step, min(BATCH_IMAGES, images - first))
        if (first // BATCH_IMAGES) % 20 == 0:
            console.print(f"{first + BATCH_IMAGES:,} images")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE) images"))
        connection.execute(text("ANALYZE embeddings"))


def _letters(number: int) -> str:
    """Return a number in letters, so that it is no date."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _id_at(milliseconds: int, rng: np.random.Generator) -> UUID:
    """Return a UUIDv7 of that time."""
    noise = int.from_bytes(rng.bytes(10), "big")
    value = (milliseconds << 80) | (noise & ~(0xF << 76) & ~(0x3 << 62)) | (7 << 76) | (2 << 62)
    return UUID(int=value)

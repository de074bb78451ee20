"""Generate many images with real tags, with the rows that tagging would have written.

An embedding is a mixture of two real ones with some noise, so that neighbours are meaningful. Each
image shows the ten tags that the network finds most likely for one of a few thousand embeddings.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sqlalchemy import Connection, Engine, text

from shared.db.connection.engine import transaction
from shared.db.images.results import store_embeddings, store_image_tags
from shared.model.scorer import Scorer

BATCH_IMAGES = 5_000
TAGS_PER_IMAGE = 10
# Tags are scored for this many embeddings only: for each of a million it would take minutes.
SCORED = 20_000
# A scored confidence is multiplied by at least this, so that confidences differ.
MIN_FACTOR = 0.95
NOISE = 0.1
MIN_SHARE = 0.6
YEARS_SECONDS = 2 * 365 * 86_400
# One in this many images has a person's decision, has failed, is queued.
DECIDED, FAILED, QUEUED = 50, 200, 200
OWNERS = tuple(f"owner{number}" for number in range(50))
# The first owner has a third of all images, the last owners few.
SKEW = 1.3


@dataclass(frozen=True)
class Filling:
    """Inputs for generated rows. embeddings: real ones, (pictures, dimensions)."""

    scorer: Scorer
    embeddings: NDArray[np.float32]
    seed: int = 0


@dataclass(frozen=True)
class Tags:
    """The tags of some images. ids and confidences: (images, TAGS_PER_IMAGE), each row by id."""

    ids: NDArray[np.int32]
    confidences: NDArray[np.float32]

    def draw(self, count: int, rng: np.random.Generator) -> "Tags":
        """Return tags of random images, with slightly lower confidences."""
        rows = rng.integers(len(self.ids), size=count)
        factors = rng.uniform(MIN_FACTOR, 1, size=(count, TAGS_PER_IMAGE)).astype(np.float32)
        return Tags(self.ids[rows], self.confidences[rows] * factors)


@dataclass(frozen=True)
class Batch:
    """Images to insert. statuses: (images,); embeddings and tags: of the tagged ones."""

    ids: list[UUID]
    owners: list[str]
    statuses: NDArray[np.object_]
    embeddings: NDArray[np.float16]
    tags: Tags

    @property
    def tagged_ids(self) -> list[UUID]:
        """The images that have tags."""
        return [self.ids[position] for position in np.flatnonzero(self.statuses == "tagged")]


def fill(engine: Engine, filling: Filling, images: int, console: Console) -> None:
    """Generate a number of images, in order of arrival."""
    rng = np.random.default_rng(filling.seed)
    tags = _score(filling, rng)
    start_ms = int((time.time() - YEARS_SECONDS) * 1000)
    step_ms = YEARS_SECONDS * 1000 / images

    def insert(batch: Batch) -> None:
        with transaction(engine) as connection:
            # Skip foreign keys and triggers, which would run for each of ten million rows.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            _insert_batch(connection, filling, batch)

    # Postgres writes one batch while the next one is generated.
    with ThreadPoolExecutor(1) as writer:
        written: Future[None] | None = None
        for first in range(0, images, BATCH_IMAGES):
            count = min(BATCH_IMAGES, images - first)
            ids = [_id_at(start_ms + int((first + n) * step_ms), rng) for n in range(count)]
            batch = _generate(filling, tags, ids, rng)
            if written is not None:
                written.result()
            written = writer.submit(insert, batch)
            if (first // BATCH_IMAGES) % 20 == 0:
                console.print(f"{first + count:,} images")
        if written is not None:
            written.result()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM (ANALYZE)"))


def make_embeddings(
    real: NDArray[np.float32], count: int, rng: np.random.Generator
) -> NDArray[np.float16]:
    """Return generated embeddings, (count, dimensions)."""
    first, second = (real[rng.integers(len(real), size=count)] for _ in range(2))
    share = rng.uniform(MIN_SHARE, 1, size=(count, 1)).astype(np.float32)
    noise = rng.standard_normal(first.shape, dtype=np.float32) * (real.std(axis=0) * NOISE)
    mixed = share * first + (1 - share) * second + noise
    return np.maximum(mixed, 0).astype(np.float16)


def _score(filling: Filling, rng: np.random.Generator) -> Tags:
    """Return the likeliest tags of generated embeddings."""
    scorer = filling.scorer
    ids, confidences = [], []
    for _ in range(0, SCORED, BATCH_IMAGES):
        embeddings = make_embeddings(filling.embeddings, BATCH_IMAGES, rng)
        probabilities = scorer.tag_probabilities(embeddings)
        columns = np.argpartition(-probabilities, TAGS_PER_IMAGE, axis=1)[:, :TAGS_PER_IMAGE]
        columns.sort(axis=1)
        ids.append(scorer.tag_ids[columns])
        confidences.append(np.take_along_axis(probabilities, columns, axis=1))
    return Tags(np.concatenate(ids), np.concatenate(confidences))


def _generate(filling: Filling, tags: Tags, ids: list[UUID], rng: np.random.Generator) -> Batch:
    count = len(ids)
    weights = 1 / np.arange(1, len(OWNERS) + 1) ** SKEW
    owners = rng.choice(len(OWNERS), size=count, p=weights / weights.sum())
    statuses = np.full(count, "tagged", dtype=object)
    statuses[rng.integers(FAILED, size=count) == 0] = "failed"
    statuses[rng.integers(QUEUED, size=count) == 0] = "queued"
    tagged = int((statuses == "tagged").sum())
    return Batch(
        ids,
        [OWNERS[owner] for owner in owners],
        statuses,
        make_embeddings(filling.embeddings, tagged, rng),
        tags.draw(tagged, rng),
    )


def _insert_batch(connection: Connection, filling: Filling, batch: Batch) -> None:
    model = filling.scorer.model
    connection.execute(
        text("""
            INSERT INTO images (id, owner, sha256, status, filename, format, width, height,
                orientation, bytes, queue, created_at, announced_at, tagged_at, model_version,
                error)
            SELECT id, owner, uuid_send(id), status, 'IMG_' || left(id::text, 8) || '.jpg', 'JPEG',
                4000, 3000, 1, 3000000, 'tagging.bulk', at, at,
                CASE status WHEN 'tagged' THEN at END, CASE status WHEN 'tagged' THEN :version END,
                CASE status WHEN 'failed' THEN 'The file is damaged.' END
            FROM unnest(CAST(:ids AS uuid[]), CAST(:owners AS text[]), CAST(:statuses AS text[]))
                AS made(id, owner, status), uuid_extract_timestamp(id) AS at
        """),
        {
            "ids": batch.ids,
            "owners": batch.owners,
            "statuses": batch.statuses.tolist(),
            "version": model.version,
        },
    )
    tagged_ids = batch.tagged_ids
    store_embeddings(connection, tagged_ids, batch.embeddings, model.backbone_id)
    store_image_tags(
        connection,
        tagged_ids,
        np.full(len(tagged_ids), TAGS_PER_IMAGE),
        batch.tags.ids.reshape(-1),
        batch.tags.confidences.reshape(-1),
    )
    _decide(connection, tagged_ids, batch.tags.ids)
    connection.execute(text("SELECT index_images(CAST(:ids AS uuid[]))"), {"ids": tagged_ids})


def _decide(connection: Connection, ids: list[UUID], tag_ids: NDArray[np.int32]) -> None:
    """Have people confirm or remove one tag of some images."""
    rng = np.random.default_rng(ids[0].int)
    decided = np.flatnonzero(rng.integers(DECIDED, size=len(ids)) == 0)
    connection.execute(
        text("""
            INSERT INTO decisions (image_id, tag_id, present, explicit)
            SELECT id, tag_id, present, true FROM unnest(CAST(:ids AS uuid[]),
                CAST(:tags AS integer[]), CAST(:present AS boolean[])) AS made(id, tag_id, present)
        """),
        {
            "ids": [ids[position] for position in decided],
            "tags": [int(tag_ids[p, rng.integers(TAGS_PER_IMAGE)]) for p in decided],
            "present": [bool(rng.integers(2)) for _ in decided],
        },
    )


def _id_at(milliseconds: int, rng: np.random.Generator) -> UUID:
    """Return a UUIDv7 of that time."""
    noise = int.from_bytes(rng.bytes(10), "big")
    value = (milliseconds << 80) | (noise & ~(0xF << 76) & ~(0x3 << 62)) | (7 << 76) | (2 << 62)
    return UUID(int=value)

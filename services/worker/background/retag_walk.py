"""Walk over stored embeddings and re-tag their images, without decoding pictures."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from services.worker.tagging.choosing import choose_many, choose_own
from services.worker.tagging.waiting import WaitingUsers
from shared.db.connection.engine import transaction
from shared.db.images.images import find_owners
from shared.db.models.models import find_live_model
from shared.db.models.retag_jobs import RetagScope
from shared.db.models.retagging import (
    hold_images,
    next_in_scope,
    prefer_index_scans,
    read_tag_rows,
    rewrite_tag_rows,
)
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.tags.tag_rows import TagRows
from shared.errors import TagDeleted
from shared.model.scorer import Scorer

# Twice as many are a third slower: the probabilities don't fit into the processor's cache.
CHUNK_IMAGES = 500
# While people upload, free the cores sooner.
BUSY_CHUNK_IMAGES = 200
# Smaller differences in confidence are invisible to users.
MIN_DIFFERENCE = 0.0005

# Called in the transaction of a chunk with its last image, its number of images, and the number of
# images whose tags changed.
Advance = Callable[[Connection, UUID, int, int], None]


class Outdated(Exception):
    """Another version went live, or a tag was deleted."""


class TimeIsUp(Exception):
    """There is more to do than fits into the time limit."""


@dataclass(frozen=True)
class Walk:
    """What to re-tag, and how.

    versions: only images tagged by these. instead_of: images tagged by these count as tagged by the
    live version afterwards. tag_ids: (tags,) int32, only these tags change; None: all.
    """

    scope: RetagScope
    versions: Sequence[int]
    instead_of: Sequence[int]
    tag_ids: NDArray[np.int32] | None


@dataclass(frozen=True)
class Chunk:
    """Images, ascending, and what is needed to score them.

    embeddings: (images, dimensions); owners: empty if no owner has tags of their own. last: the end
    of the chunk; ids leaves out images that were deleted meanwhile. users_wait: users waited for
    tags when it was read.
    """

    ids: Sequence[UUID]
    embeddings: NDArray[np.float16]
    owners: Sequence[str]
    last: UUID
    users_wait: bool


class Walker:
    """Reads one chunk while it scores the one before, and Postgres writes the one before that."""

    def __init__(self, engine: Engine, scorer: Scorer, min_confidence: float) -> None:
        self._engine = engine
        self._scorer = scorer
        self._min_confidence = min_confidence
        self._waiting = WaitingUsers(engine)

    def walk(self, walk: Walk, after: UUID | None, deadline: float, advance: Advance) -> None:
        """Re-tag all images after `after`, one chunk per transaction.

        deadline: on the monotonic clock, in seconds.

        Raises:
            Outdated: the scorer's version is no longer live.
            TimeIsUp: the deadline has passed.
            Unavailable: Postgres does not answer.
        """
        with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
            reading = reader.submit(self._read, walk, after)
            writing: Future[None] | None = None
            while True:
                started = time.monotonic()
                chunk = reading.result()
                if chunk is None:
                    break
                if not chunk.users_wait:
                    reading = reader.submit(self._read, walk, chunk.last)
                rows = self._score(walk, chunk)
                if writing is not None:
                    writing.result()
                if started > deadline:
                    raise TimeIsUp
                writing = writer.submit(self._write, walk, chunk, rows, advance)
                if chunk.users_wait:
                    writing.result()
                    # Use half of one core at most.
                    time.sleep(time.monotonic() - started)
                    reading = reader.submit(self._read, walk, chunk.last)
            if writing is not None:
                writing.result()

    def _read(self, walk: Walk, after: UUID | None) -> Chunk | None:
        """Return the next chunk; None at the end."""
        users_wait = self._waiting.are_there()
        limit = BUSY_CHUNK_IMAGES if users_wait else CHUNK_IMAGES
        with transaction(self._engine) as connection:
            prefer_index_scans(connection)
            wanted = next_in_scope(connection, walk.scope, walk.versions, after, limit)
            if not wanted:
                return None
            ids, embeddings = read_embeddings_of(connection, wanted, self._scorer.model.backbone_id)
            owners = self._owners_of(connection, ids)
        return Chunk(ids, embeddings, owners, wanted[-1], users_wait)

    def _score(self, walk: Walk, chunk: Chunk) -> TagRows:
        """Return the tags that a chunk's images should have."""
        if not chunk.ids:
            return TagRows.nothing()
        probabilities = self._scorer.showable_probabilities(chunk.embeddings, chunk.owners)
        chosen = choose_many(probabilities, self._scorer.tag_ids, self._min_confidence)
        own = choose_own(self._scorer, chunk.embeddings, chunk.owners, self._min_confidence)
        chosen = chosen.and_also(own)
        if walk.tag_ids is not None:
            chosen = chosen.where(np.isin(chosen.tag_ids, walk.tag_ids))
        return TagRows.of(chosen.rows, chosen.tag_ids, chosen.confidences)

    def _owners_of(self, connection: Connection, ids: Sequence[UUID]) -> list[str]:
        """Return the owners of images; nothing if no owner has tags of their own."""
        if not self._scorer.own:
            return []
        owners = find_owners(connection, ids)
        return [owners.get(image_id, "") for image_id in ids]

    def _write(self, walk: Walk, chunk: Chunk, rows: TagRows, advance: Advance) -> None:
        version = self._scorer.model.version
        with transaction(self._engine) as connection:
            live = find_live_model(connection)
            if live is None or live.version != version:
                raise Outdated
            prefer_index_scans(connection)
            gone = hold_images(connection, chunk.ids, version, walk.instead_of)
            is_there = np.array([image_id not in gone for image_id in chunk.ids])
            wanted = rows.where(is_there[rows.positions])
            stored = read_tag_rows(connection, chunk.ids, walk.tag_ids)
            fresh = wanted.without(stored, MIN_DIFFERENCE)
            obsolete = stored.without(wanted, MIN_DIFFERENCE)
            try:
                rewrite_tag_rows(connection, chunk.ids, obsolete, fresh)
            except TagDeleted as error:
                # The next scorer does not know the tag.
                raise Outdated from error
            changed = np.union1d(obsolete.positions, fresh.positions)
            advance(connection, chunk.last, len(chunk.ids), len(changed))

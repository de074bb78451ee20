"""Embed the images of a chunk with the network that is to go live, and store the embeddings."""

import time
from collections.abc import Iterable, Iterator

import numpy as np
import structlog
from sqlalchemy import Engine

from services.worker.tagging.lanes import Embedded, Lanes, Rejected
from shared.db.connection.engine import transaction
from shared.db.images.tagging import ClaimedImage
from shared.db.models.switching.chunks import Chunk
from shared.db.models.switching.storing import extend_chunk, store_chunk
from shared.errors import Unavailable

# A lease is extended this many times before it would run out.
EXTENSIONS_PER_LEASE = 3

log = structlog.get_logger(__name__)


class ChunkLost(Exception):
    """The lease ran out, and another worker has the chunk; or the switch has ended."""


def embed_chunk(
    engine: Engine, lanes: Lanes, chunk: Chunk, lease_seconds: float, *, one_by_one: bool
) -> None:
    """Embed and store a chunk. Images that are gone or damaged are skipped, with the reason.

    one_by_one: use one core only.

    Raises:
        ChunkLost: nothing was stored.
        Unavailable: Postgres or the storage does not answer; nothing was stored.
        BackboneStalled: the network took a picture and did not return.
    """
    embedded, skipped = [], []
    extended_at = time.monotonic()
    for outcome in _outcomes(lanes, chunk.images, one_by_one=one_by_one):
        if isinstance(outcome, Embedded):
            embedded.append(outcome)
        else:
            skipped.append((outcome.image.id, str(outcome.error)))
        if time.monotonic() - extended_at > lease_seconds / EXTENSIONS_PER_LEASE:
            extended_at = time.monotonic()
            with transaction(engine) as connection:
                if not extend_chunk(connection, chunk, lease_seconds):
                    raise ChunkLost
    ids = [outcome.image.id for outcome in embedded]
    embeddings = np.array([outcome.embedding for outcome in embedded], np.float16)
    with transaction(engine) as connection:
        if not store_chunk(connection, chunk, ids, embeddings, skipped):
            raise ChunkLost
    for image_id, reason in skipped:
        log.warning("image skipped", image=str(image_id), reason=reason)


def _outcomes(
    lanes: Lanes, images: Iterable[ClaimedImage], *, one_by_one: bool
) -> Iterator[Embedded | Rejected]:
    batches = [[image] for image in images] if one_by_one else [list(images)]
    for batch in batches:
        for outcome in lanes.embed(batch):
            yield _checked(lanes, outcome)


def _checked(lanes: Lanes, outcome: Embedded | Rejected) -> Embedded | Rejected:
    """Try an image again that failed for a reason that may pass.

    Raises:
        Unavailable: the storage does not answer.
    """
    if isinstance(outcome, Embedded) or not outcome.error.retryable:
        return outcome
    if isinstance(outcome.error, Unavailable):
        raise outcome.error
    return next(lanes.embed([outcome.image]))

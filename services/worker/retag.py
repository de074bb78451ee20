"""Tags every image anew with the live model, from stored embeddings: no picture is decoded."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy import Engine

from shared.config import Settings
from shared.db.engine import transaction
from shared.db.retagging import replace_tags, take_outdated
from shared.head import choose_tags
from shared.live_model import LiveScorer
from shared.scorer import Scorer

CHUNK_IMAGES = 2000
# While one chunk is scored, Postgres writes another.
THREADS = 2

log = structlog.get_logger(__name__)


def retag(engine: Engine, live: LiveScorer, settings: Settings) -> int:
    """Re-tag what another version tagged; return how many images that were.

    Stopped at any moment, it goes on where it was when called again; two at once share the work.

    Raises:
        Unavailable: Postgres is away.
    """
    scorer = live.get()
    with ThreadPoolExecutor(THREADS) as executor:
        walks = [executor.submit(_walk, engine, scorer, settings) for _ in range(THREADS)]
        total = sum(walk.result() for walk in walks)
    log.info("re-tagged", images=total, version=scorer.model.version)
    return total


def _walk(engine: Engine, scorer: Scorer, settings: Settings) -> int:
    """Re-tag chunk by chunk what no other walk has locked; return how many images that were."""
    total = 0
    last: UUID | None = None
    while True:
        with transaction(engine) as connection:
            chunk = take_outdated(
                connection, scorer.model.version, scorer.model.backbone_id, last, CHUNK_IMAGES
            )
            if chunk.last is None:
                return total
            shown = [
                choose_tags(scorer.vocabulary, row, settings.min_confidence)
                for row in scorer.tag_probabilities(chunk.embeddings)
            ]
            replace_tags(
                connection,
                chunk.ids,
                np.array([len(tags.columns) for tags in shown]),
                scorer.tag_ids[np.concatenate([tags.columns for tags in shown])],
                np.concatenate([tags.confidences for tags in shown]),
            )
        total += len(chunk.ids)
        last = chunk.last

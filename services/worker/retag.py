"""Tags every image anew with the live model, from stored embeddings: no picture is decoded."""

from uuid import UUID

import numpy as np
import structlog
from sqlalchemy import Engine

from shared.config import Settings
from shared.db.engine import transaction
from shared.db.retagging import replace_tags, take_outdated
from shared.head import choose_tags
from shared.live_model import LiveScorer

CHUNK_IMAGES = 2000

log = structlog.get_logger(__name__)


def retag(engine: Engine, live: LiveScorer, settings: Settings) -> int:
    """Re-tag what another version tagged; return how many images that were.

    Stopped at any moment, it goes on where it was when called again; two at once share the work.

    Raises:
        Unavailable: Postgres is away.
    """
    scorer = live.get()
    total = 0
    last: UUID | None = None
    while True:
        with transaction(engine) as connection:
            chunk = take_outdated(
                connection, scorer.model.version, scorer.model.backbone_id, last, CHUNK_IMAGES
            )
            if chunk.ids:
                probabilities = scorer.tag_probabilities(chunk.embeddings)
                shown = [
                    choose_tags(scorer.vocabulary, row, settings.min_confidence)
                    for row in probabilities
                ]
                replace_tags(
                    connection,
                    chunk.ids,
                    np.array([len(tags.columns) for tags in shown]),
                    scorer.tag_ids[np.concatenate([tags.columns for tags in shown])],
                    np.concatenate([tags.confidences for tags in shown]),
                )
        if chunk.last is None:
            log.info("re-tagged", images=total, version=scorer.model.version)
            return total
        total += len(chunk.ids)
        last = chunk.last

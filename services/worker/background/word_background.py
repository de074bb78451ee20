"""Measure ordinary pictures again as more arrive, for networks with text."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.promotion import lock_live_model
from shared.model.live.model import LiveScorer
from shared.model.live.promoting import promote_head, read_head
from shared.model.live.text_head import STEPS, with_background
from shared.storage.storage import Storage

REASON = "Words are compared with {pictures:,} stored pictures."

log = structlog.get_logger(__name__)


def refresh_background(
    engine: Engine, storage: Storage, live: LiveScorer, steps: Sequence[int] = STEPS
) -> int | None:
    """Make a version with a better background, if there are enough new pictures; return its number.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    scorer = live.get()
    text = scorer.head.text
    if text is None:
        return None
    with transaction(engine) as connection:
        background = with_background(connection, text, scorer.model.backbone_id, steps).background
    if background is text.background:
        return None
    with transaction(engine) as connection:
        model = lock_live_model(connection)
        if model is None or model.backbone_id != scorer.model.backbone_id:
            return None
        head = read_head(storage, model)
        # Another worker may have been faster.
        if head.text is None or head.text.background.pictures >= background.pictures:
            return None
        better = head.with_text(head.text.against(background))
        reason = REASON.format(pictures=background.pictures)
        version = promote_head(connection, storage, model, better, reason=reason, metrics={})
    log.info("background measured", pictures=background.pictures, version=version)
    return version

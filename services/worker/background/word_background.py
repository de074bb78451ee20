"""Measure ordinary pictures again as more arrive, for networks with text."""

import structlog
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.learning import sample_uncorrected
from shared.db.models.promotion import lock_live_model
from shared.model.live.model import LiveScorer
from shared.model.live.promoting import promote_head, read_head
from shared.model.text_rows import Background
from shared.storage.storage import Storage

# With each of these numbers of pictures, the words are compared with a better background.
STEPS = (50, 200, 1000)
REASON = "Words are compared with {pictures:,} stored pictures."

log = structlog.get_logger(__name__)


def refresh_background(
    engine: Engine, storage: Storage, live: LiveScorer, steps: tuple[int, ...] = STEPS
) -> int | None:
    """Make a version with a better background, if there are enough new pictures; return its number.

    Raises:
        Unavailable: Postgres or the storage is away.
    """
    scorer = live.get()
    text = scorer.head.text
    if text is None or text.background.pictures >= steps[-1]:
        return None
    with transaction(engine) as connection:
        _, embeddings = sample_uncorrected(connection, scorer.model.backbone_id, steps[-1])
    reached = max((step for step in steps if step <= len(embeddings)), default=0)
    if reached <= text.background.pictures:
        return None
    background = Background.of(embeddings)
    with transaction(engine) as connection:
        model = lock_live_model(connection)
        if model is None or model.backbone_id != scorer.model.backbone_id:
            return None
        head = read_head(storage, model)
        # Another worker may have been faster.
        if head.text is None or head.text.background.pictures >= reached:
            return None
        better = head.with_text(head.text.against(background))
        reason = REASON.format(pictures=background.pictures)
        version = promote_head(connection, storage, model, better, reason=reason, metrics={})
    log.info("background measured", pictures=background.pictures, version=version)
    return version

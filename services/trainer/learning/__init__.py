"""What a fine-tune does with what people said. Imports torch; only the trainer may import this."""

from sqlalchemy import Engine

from services.trainer.learning.evaluation.gate import GateLimits
from services.trainer.learning.examples.dataset import read_data_set
from services.trainer.learning.finetune import finetune_on
from services.trainer.learning.fitting.fit import warm_up
from services.trainer.learning.teach import teach_one
from services.trainer.outcome import Finetuned, Progress
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.corrections.reconsider import reconsider
from shared.db.corrections.standings import store_standings
from shared.db.models.learning import read_report
from shared.model.live_model import LiveScorer
from shared.storage.storage import Storage

__all__ = ["Finetuned", "finetune", "warm_up"]


def finetune(
    engine: Engine,
    storage: Storage,
    settings: Settings,
    *,
    tag_id: int | None,
    progress: Progress,
) -> Finetuned:
    """Learn from everything that runs have taken from the retraining queue.

    tag_id: the only tag to teach, beside what the live version knows; None: all tags anew.

    Raises:
        Unavailable: Postgres or the storage is away, or no worker has made a first version yet.
    """
    live = LiveScorer(engine, storage).get()
    with transaction(engine) as connection:
        data = read_data_set(connection, live.model.backbone_id, tag_id=tag_id)
        report = read_report(connection, live.model.version)
    if not data.ids:
        reason = "None of the corrected images is tagged yet."
        return Finetuned("nothing", reason, {}, None, live.model.version)
    if tag_id is not None:
        return teach_one(data, live, settings.min_confidence)
    finetuned = finetune_on(
        data,
        live,
        recorded_precision(report),
        min_confidence=settings.min_confidence,
        limits=GateLimits.configured(settings),
        progress=progress,
    )
    with transaction(engine) as connection:
        changed = store_standings(connection, finetuned.standings)
    for contributor in changed:
        reconsider(engine, live.words, contributor)
    return finetuned


def recorded_precision(report: dict) -> dict[str, float]:
    """Average precision by slug that a version had on what it had not seen when it was made."""
    return {
        slug: figures["average_precision"]
        for slug, figures in report.get("tags", {}).items()
        if figures["average_precision"] is not None
    }

"""Learn from everything that runs have taken from the queue, or teach one tag."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from services.trainer.learning.evaluation.gate import GateLimits
from services.trainer.learning.examples.dataset import read_data_set
from services.trainer.learning.finetune import finetune_on
from services.trainer.learning.groups import compose, knowing, learn_groups, report_of
from services.trainer.learning.hashtags.adopting import add_hashtags
from services.trainer.learning.hashtags.night import read_night
from services.trainer.learning.teach import teach_one
from services.trainer.outcome import Finetuned, Progress
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.corrections.reconsider import reconsider
from shared.db.corrections.standings import store_standings
from shared.db.models.learning import find_groups, find_tag_owner, read_report
from shared.db.tags.lookup import find_custom_tags
from shared.model.live.model import LiveScorer
from shared.model.scorer import Scorer
from shared.storage.storage import Storage


def finetune(
    engine: Engine,
    storage: Storage,
    settings: Settings,
    *,
    tag_id: int | None,
    progress: Progress,
    is_last_attempt: bool = False,
) -> Finetuned:
    """Learn from all corrections that runs have taken from the retraining queue.

    tag_id: teach only this tag, and keep the rest of the live version; None: all tags that the run
    has corrections of. is_last_attempt: set aside what can't be learned.

    Raises:
        Unavailable: Postgres or the storage does not answer, or no worker has made a first version
            yet.
    """
    live = LiveScorer(engine, storage).get()
    limits = GateLimits.configured(settings)
    if tag_id is not None:
        return _teach(engine, live, settings.min_confidence, limits, tag_id)
    with transaction(engine) as connection:
        report = read_report(connection, live.model.version)
        groups = find_groups(connection)
    progress("reading hashtags", 0.0)
    night = read_night(engine, live, settings)

    def learn(owner: str | None, progress: Progress) -> Finetuned:
        with transaction(engine) as connection:
            data = read_data_set(connection, live.model.backbone_id, owner=owner)
            custom = find_custom_tags(connection, data.tag_ids)
        if not data.ids:
            reason = "No tag has enough examples on images that are tagged."
            return Finetuned("nothing", reason, {}, None, live.model.version)
        return finetune_on(
            data,
            knowing(live, owner, custom),
            recorded_precision(report_of(report, owner)),
            min_confidence=settings.min_confidence,
            limits=limits,
            progress=progress,
            hashtags=night.teaching if night is not None and owner is None else None,
        )

    learned, failed = learn_groups(groups, learn, progress, set_failed_aside=is_last_attempt)
    finetuned = compose(live, learned, failed, report)
    if night is not None:
        progress("learning from hashtags", 1.0)
        finetuned = add_hashtags(engine, night, finetuned, settings, limits)
    with transaction(engine) as connection:
        changed = store_standings(connection, finetuned.standings)
    for contributor in changed:
        reconsider(engine, live.index, contributor)
    return finetuned


def _teach(
    engine: Engine, live: Scorer, min_confidence: float, limits: GateLimits, tag_id: int
) -> Finetuned:
    """Teach one tag at once; a tag that all owners already see has to pass the gate's limits."""
    with transaction(engine) as connection:
        tag = find_tag_owner(connection, tag_id)
        if tag is None:
            return Finetuned("nothing", "The tag was deleted.", {}, None, live.model.version)
        owner, kind = tag
        data = read_data_set(connection, live.model.backbone_id, owner=owner, tag_id=tag_id)
        custom = find_custom_tags(connection, data.tag_ids)
    if not data.ids:
        reason = "None of the corrected images is tagged yet."
        return Finetuned("nothing", reason, {}, None, live.model.version)
    scorer = knowing(live, owner, custom)
    return teach_one(data, scorer, min_confidence, limits if kind == "wordnet" else None)


def recorded_precision(report: Mapping[str, Any]) -> dict[str, float]:
    """Return a version's average precision by slug, on images that it was not trained on."""
    return {
        slug: figures["average_precision"]
        for slug, figures in report.get("tags", {}).items()
        if figures["average_precision"] is not None
    }

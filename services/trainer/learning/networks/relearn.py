"""Learn all tags again on the embeddings of another network, and judge that network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from services.trainer.learning.groups import compose
from services.trainer.learning.networks.group import GroupOutcome, TwoNetworks, learn_on_both
from services.trainer.learning.networks.paired import read_paired
from services.trainer.outcome import Finetuned, Progress
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.models import LiveModel
from shared.db.models.switching.steps import find_groups_to_learn
from shared.db.tags.lookup import find_tags
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.live.model import LiveScorer
from shared.model.live.text_head import with_background, with_names
from shared.model.scorer import Scorer
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.storage import Storage

MAX_NAMES = 5
WITHOUT_EXAMPLES = "Learned tags that have no example left"
WITHOUT_FOLDER = "Words to be learned for this network (tagloop learn-words)"
WITHOUT_TEXT = "Tags made from their names, which this network cannot read"
Verdict = tuple[Literal["promoted", "rejected"], str]


def relearn(
    engine: Engine,
    storage: Storage,
    settings: Settings,
    base: LiveModel,
    *,
    max_loss: float | None,
    progress: Progress,
) -> Finetuned:
    """Learn what corrections have taught so far on the embeddings of another network.

    base: a version for that network; its learned tags are not used. max_loss: how much worse than
    the live network it may be, in mean average precision on held-out corrections; None: it goes
    live in any case. progress is called with the stage and the share that is done.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    live = LiveScorer(engine, storage).get()
    following = _without_learned(engine, storage, base)
    networks = TwoNetworks(following, live, settings.min_confidence)
    with transaction(engine) as connection:
        groups = find_groups_to_learn(connection)
    learned: dict[str | None, GroupOutcome] = {}
    for number, owner in enumerate(groups):

        def told(stage: str, share: float, done: int = number) -> None:
            progress(stage, (done + share) / len(groups))

        with transaction(engine) as connection:
            data = read_paired(connection, base.backbone_id, live.model.backbone_id, owner)
            tags = find_tags(connection, data.following.tag_ids)
        outcome = learn_on_both(networks, data, tags, told) if data.following.ids else None
        if outcome is not None:
            learned[owner] = outcome
    together = _compose(following, learned)
    head = together.head or following.head
    status, reason = judge_network(
        [pair for outcome in learned.values() for pair in outcome.averages], max_loss
    )
    with transaction(engine) as connection:
        reason += _tell_lost(connection, live, head)
    return replace(together, status=status, reason=reason, head=head, parent=live.model.version)


def judge_network(averages: Sequence[tuple[float, float]], max_loss: float | None) -> Verdict:
    """Decide whether a network goes live.

    averages: the average precision of each tag on the live network and on the next one.
    """
    if not averages:
        return "promoted", "There are too few corrections to compare the two networks on."
    before, after = np.mean(averages, axis=0)
    measured = (
        f"mean average precision of {len(averages):,} tags on held-out corrections "
        f"{before:.3f} → {after:.3f}"
    )
    if max_loss is not None and after < before - max_loss:
        return "rejected", (
            f"The network is worse: {measured}; a loss of at most {max_loss:g} is allowed. To use "
            "it all the same: tagloop backbone switch --no-gate"
        )
    return "promoted", f"{measured[0].upper()}{measured[1:]}."


def _without_learned(engine: Engine, storage: Storage, base: LiveModel) -> Scorer:
    """Return a version's network without any learned tags."""
    head = Head.from_bytes(bytes(storage.get(base.blob)))
    head = replace(head, learned_tags=LearnedTags.nothing(len(head.weight)))
    with transaction(engine) as connection:
        index = read_vocabulary_index(connection, base.backbone_id)
        known = head.pretrained.tag_ids.tolist()
        if head.text is not None:
            text = with_names(connection, head.text, base.backbone_id, index)
            text = with_background(connection, text, base.backbone_id)
            head = head.with_text(text)
            known += text.named_ids.tolist()
        custom = find_tags(connection, known)
    return Scorer.of(base, head, index, custom)


def _compose(following: Scorer, learned: dict[str | None, GroupOutcome]) -> Finetuned:
    """Put the tags of all groups into one head, and their figures into one report."""
    groups = {
        owner: Finetuned(
            "promoted",
            "",
            outcome.report,
            replace(following.head, learned_tags=outcome.learned),
            None,
        )
        for owner, outcome in learned.items()
    }
    return compose(following, groups, {}, {})


def _tell_lost(connection: Connection, live: Scorer, head: Head) -> str:
    """Return sentences about tags that the live version knows and the next network does not."""
    nothing = np.empty(0, np.int32)
    named = nothing if live.head.text is None else live.head.text.named_ids
    return "".join(
        _tell_tags(connection, before[~np.isin(before, after)], text)
        for before, after, text in (
            (live.all_learned().tag_ids, head.learned_tags.tag_ids, WITHOUT_EXAMPLES),
            (live.head.pretrained.tag_ids, head.pretrained.tag_ids, WITHOUT_FOLDER),
            # Another network with text reads the names, if it has not yet.
            (named if head.text is None else nothing, head.learned_tags.tag_ids, WITHOUT_TEXT),
        )
    )


def _tell_tags(connection: Connection, tag_ids: NDArray[np.int32], text: str) -> str:
    if not len(tag_ids):
        return ""
    names = [tag.name for tag in find_tags(connection, tag_ids[:MAX_NAMES].tolist())]
    more = f" and {len(tag_ids) - MAX_NAMES:,} more" if len(tag_ids) > MAX_NAMES else ""
    return f" {text}: {', '.join(names)}{more}."

"""Add what hashtags taught to the candidate, where it helps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import Engine

from services.trainer.learning.evaluation.certainty import compare_certain, measure_spread
from services.trainer.learning.evaluation.gate import (
    Comparison,
    Evidence,
    GateLimits,
    find_harm,
)
from services.trainer.learning.hashtags.classifiers.judging import describe
from services.trainer.learning.hashtags.classifiers.learning import WordClassifiers, learn
from services.trainer.learning.hashtags.night import Night
from services.trainer.learning.hashtags.proposing import propose
from services.trainer.outcome import Finetuned
from shared.config import Settings
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags

# Words whose figures a report gives.
MAX_TOLD = 500


def add_hashtags(
    engine: Engine, night: Night, finetuned: Finetuned, settings: Settings, limits: GateLimits
) -> Finetuned:
    """Learn the words that no one corrected, and add those that help to the candidate.

    No decision can judge these words, so they are judged on owners that they were not learned
    from. Each has to be clearly better than the live version, and all together must not change
    what it is certain of. If the candidate failed the gate, the words are added to the live
    version instead.
    """
    teaching, words = night.teaching, night.teaching.prepared.uses.words
    open_labels = [one for one in teaching.labels if words[one.word].tag_id not in night.decided]
    learned = learn(teaching.prepared, open_labels, settings.min_confidence)
    tag_ids = propose(engine, teaching, learned, settings)
    adopted = _adopted(night, learned, tag_ids)
    report = _report(night, learned, set(adopted), finetuned)
    if not adopted:
        return replace(finetuned, report={**finetuned.report, "hashtags": report})
    base = replace(night.live.head, learned_tags=night.live.all_learned())
    if finetuned.status == "promoted" and finetuned.head is not None:
        base = finetuned.head
    taught = learned.tags(list(adopted), list(adopted.values()))
    head = replace(base, learned_tags=_put_in(base.learned_tags, taught))
    harm = _find_harm(night, base, head, settings.min_confidence, limits)
    if harm is not None:
        report["reason"] = harm
        return replace(finetuned, report={**finetuned.report, "hashtags": report})
    is_kept = finetuned.status != "promoted"
    return replace(
        finetuned,
        status="promoted",
        reason=_describe(len(adopted), finetuned),
        report={**finetuned.report, "hashtags": report},
        head=head,
        parent=night.live.model.version,
        kept=(None, *night.live.own) if is_kept else finetuned.kept,
    )


def _describe(adopted: int, finetuned: Finetuned) -> str:
    """Return the reason of a run that hashtags taught, even if the gate refused its corrections."""
    tags = "1 tag" if adopted == 1 else f"{adopted:,} tags"
    hashtags = (
        f"Hashtags taught {tags} that no one corrected, judged by the hashtags of owners that they "
        "were not learned from."
    )
    if finetuned.status != "rejected":
        return f"{finetuned.reason} {hashtags}"
    refused = finetuned.reason[0].lower() + finetuned.reason[1:]
    return f"{hashtags} Nothing was learned from the corrections: {refused}"


def _adopted(night: Night, learned: WordClassifiers, made: Mapping[int, int]) -> dict[int, int]:
    """Return the tag's id of each word to adopt, by its place among the learned ones.

    made: ids of tags that were made tonight, by word.
    """
    prepared = night.teaching.prepared
    adopted = {}
    for place, one in enumerate(learned.words):
        word = one.labels.word
        tag_id = made.get(word, prepared.uses.words[word].tag_id)
        # A custom tag that has no classifier yet changes no other tag.
        is_good = one.is_better if prepared.is_known[word] else one.after >= one.before
        if tag_id is not None and is_good:
            adopted[place] = tag_id
    return adopted


def _put_in(learned: LearnedTags, taught: LearnedTags) -> LearnedTags:
    others = np.flatnonzero(~np.isin(learned.tag_ids, taught.tag_ids))
    return learned.take(others).beside(taught)


def _find_harm(
    night: Night, base: Head, head: Head, min_confidence: float, limits: GateLimits
) -> str | None:
    """Return what the new classifiers do to shared tags that they must not."""
    before, after = (replace(night.live, head=_shared_part(night, one)) for one in (base, head))
    unseen = night.teaching.prepared.background[1::2]
    certain = compare_certain(before, after, unseen, min_confidence)
    spread = measure_spread(before, after, unseen, min_confidence)
    nothing = Comparison(None, None)
    return find_harm(Evidence(nothing, nothing, certain, spread), limits)


def _shared_part(night: Night, head: Head) -> Head:
    """Return a head without owners' tags and tags that were made tonight."""
    is_shared = np.isin(head.learned_tags.tag_ids, night.live.tag_ids)
    return replace(head, learned_tags=head.learned_tags.take(np.flatnonzero(is_shared)))


def _report(
    night: Night, learned: WordClassifiers, adopted: Collection[int], finetuned: Finetuned
) -> dict[str, Any]:
    """Return what hashtags gave and cost, per word, and why others were not learned."""
    words = night.teaching.prepared.uses.words
    taught = {
        words[one.labels.word].name: {**describe(one), "used": place in adopted}
        for place, one in enumerate(learned.words[:MAX_TOLD])
    }
    left_out = {
        words[one.word].name: one.why_not
        for one in night.teaching.labels[:MAX_TOLD]
        if one.why_not is not None
    }
    corrected = finetuned.report.get("hashtags", {})
    return {
        "corrected": corrected,
        "judged_on": "hashtags of owners that were not learned from",
        "words": taught,
        "left_out": left_out,
    }

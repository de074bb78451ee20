"""A night's hashtags: read them, learn from them, and add what they taught to the candidate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from services.trainer.learning.evaluation.certainty import compare_certain, measure_spread
from services.trainer.learning.evaluation.gate import (
    Comparison,
    Evidence,
    GateLimits,
    find_harm,
)
from services.trainer.learning.hashtags.judging import describe
from services.trainer.learning.hashtags.labels.choosing import MIN_PICTURES
from services.trainer.learning.hashtags.labels.gathering import Gatherer
from services.trainer.learning.hashtags.labels.weak_labels import find_weak_labels
from services.trainer.learning.hashtags.learning import Lesson, learn
from services.trainer.learning.hashtags.preparing import prepare
from services.trainer.learning.hashtags.proposing import propose
from services.trainer.learning.hashtags.teaching import TeachingHashtags
from services.trainer.learning.hashtags.words.meaning import HashtagReader
from services.trainer.learning.hashtags.words.segmentation import split_run
from services.trainer.outcome import Finetuned
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.db.models.stored_embeddings import read_embeddings_of
from shared.db.tags.hashtags.proposals import find_merged
from shared.db.tags.hashtags.reading import (
    find_decided_tags,
    find_former_names,
    find_shared_tags,
    read_hashtags,
)
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.scorer import Scorer

# The newest images with hashtags that one night looks at: some 300 MB with five hashtags each.
MAX_IMAGES = 1_000_000
READ_AT_ONCE = 5_000
# The random half of a UUIDv7, which its uploader cannot choose.
LOTTERY_BITS = 2**62 - 1
# Words whose figures a report gives.
MAX_TOLD = 500


@dataclass(frozen=True)
class Night:
    """What hashtags can teach tonight.

    live: the live version with every shared custom tag. decided: ids of tags that people corrected.
    """

    live: Scorer
    decided: Collection[int]
    teaching: TeachingHashtags


def look_at_hashtags(engine: Engine, live: Scorer, settings: Settings) -> Night | None:
    """Read hashtags and the pictures that may teach; None if there is nothing to learn.

    Raises:
        Unavailable: Postgres does not answer.
    """
    if settings.hashtag_tags == "off":
        return None
    backbone = live.model.backbone_id
    gatherer, ids = Gatherer(), bytearray()
    for image in read_hashtags(engine, backbone, MAX_IMAGES):
        gatherer.add(image.owner, image.id.int & LOTTERY_BITS, image.hashtags)
        ids += image.id.bytes
    if len(gatherer) < MIN_PICTURES:
        return None
    with transaction(engine) as connection:
        shared = find_shared_tags(connection)
        former = find_former_names(connection)
        merged = find_merged(connection)
        decided = find_decided_tags(connection)
    live = replace(live, index=live.index.with_custom(shared), own=live.own)
    reader = HashtagReader(live.index, former=former, merged=merged, split=cache(split_run))
    uses = gatherer.uses(reader, live.index)

    def read(rows: NDArray[np.intp]) -> NDArray[np.float16]:
        found = np.zeros((len(rows), len(live.head.weight)), dtype=np.float16)
        wanted = [UUID(bytes=bytes(ids[16 * row : 16 * row + 16])) for row in rows.tolist()]
        for start in range(0, len(wanted), READ_AT_ONCE):
            some = wanted[start : start + READ_AT_ONCE]
            with transaction(engine) as connection:
                read_ids, embeddings = read_embeddings_of(connection, some, backbone)
            place = {image_id: number for number, image_id in enumerate(some, start)}
            found[[place[image_id] for image_id in read_ids]] = embeddings
        return found

    prepared = prepare(uses, read, live, decided)
    if prepared is None:
        return None
    labels = find_weak_labels(prepared.material)
    return Night(live, decided, TeachingHashtags(prepared, labels))


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
    lesson = learn(teaching.prepared, open_labels, settings.min_confidence)
    tag_ids = propose(engine, teaching, lesson, settings)
    adopted = _adopted(night, lesson, tag_ids)
    report = _report(night, lesson, set(adopted), finetuned)
    if not adopted:
        return replace(finetuned, report={**finetuned.report, "hashtags": report})
    base = replace(night.live.head, learned_tags=night.live.all_learned())
    if finetuned.status == "promoted" and finetuned.head is not None:
        base = finetuned.head
    taught = lesson.tags(list(adopted), list(adopted.values()))
    head = replace(base, learned_tags=_put_in(base.learned_tags, taught))
    harm = _find_harm(night, base, head, settings.min_confidence, limits)
    if harm is not None:
        report["reason"] = harm
        return replace(finetuned, report={**finetuned.report, "hashtags": report})
    reason = (
        f"Hashtags taught {len(adopted)} tags that no one corrected, judged by the hashtags of "
        "owners that they were not learned from."
    )
    is_kept = finetuned.status != "promoted"
    return replace(
        finetuned,
        status="promoted",
        reason=f"{finetuned.reason} {reason}",
        report={**finetuned.report, "hashtags": report},
        head=head,
        parent=night.live.model.version,
        kept=(None, *night.live.own) if is_kept else finetuned.kept,
    )


def _adopted(night: Night, lesson: Lesson, made: Mapping[int, int]) -> dict[int, int]:
    """Return the tag's id of each word to adopt, by its place in the lesson.

    made: ids of tags that were made tonight, by word.
    """
    prepared = night.teaching.prepared
    adopted = {}
    for place, one in enumerate(lesson.words):
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
    night: Night, lesson: Lesson, adopted: Collection[int], finetuned: Finetuned
) -> dict[str, Any]:
    """Return what hashtags gave and cost, per word, and why others were not learned."""
    words = night.teaching.prepared.uses.words
    taught = {
        words[one.labels.word].name: {**describe(one), "used": place in adopted}
        for place, one in enumerate(lesson.words[:MAX_TOLD])
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

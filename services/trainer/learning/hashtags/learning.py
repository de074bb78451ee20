"""Learn classifiers of words from hashtags alone, and judge them on owners not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.hashtags.fitting import MASKED_ABOVE, Sample, fit_words
from services.trainer.learning.hashtags.labels.discriminant import Whitening, folds_by_owner
from services.trainer.learning.hashtags.labels.visual import PREVALENCE, average_precision
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.preparing import Prepared
from shared.model.exclusions import Exclusions
from shared.model.learned_tags import PRECISIONS, LearnedTags, compete, log_odds

HALVES = 2
# What nobody decided may be wrong in ways that held-out owners share: ask for more than of a head
# that people's decisions judge.
MIN_GAIN = 0.02
# Shares of background pictures: certain tags that may disappear, and certain absences that may
# turn into tags.
MAX_OVERRULED = 0.1
MAX_SPREAD = 0.05
CERTAIN_PRESENT, CERTAIN_ABSENT = 0.9, 0.05
# A word is shown while at least this share of what it is shown on seems right, estimated where at
# least this share of its pictures is found.
MIN_PRECISION, MIN_RECALL = 0.8, 0.3
MAX_SHOWN = 0.5


@dataclass(frozen=True)
class LearnedWord:
    """A word's classifier was judged. before, after: average precision on owners not learned from.

    harm: what it does to pictures in general that it must not; None: nothing.
    """

    labels: WeakLabels
    before: float
    after: float
    harm: str | None

    @property
    def is_better(self) -> bool:
        """Return whether the word is worth having."""
        return self.harm is None and self.after >= self.before + MIN_GAIN


@dataclass(frozen=True)
class Lesson:
    """Classifiers of words in the order of `words`, over all features of an embedding.

    weight: (dimensions, words), bias, prior: (words,).
    """

    words: tuple[LearnedWord, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    prior: NDArray[np.float32]

    def tags(self, places: Sequence[int], tag_ids: Sequence[int]) -> LearnedTags:
        """Return some of the words as tags; places: positions of words, one for each id."""
        chosen = np.array(places, dtype=np.intp)
        return LearnedTags(
            np.array(tag_ids, dtype=np.int32),
            np.ascontiguousarray(self.weight[:, chosen]),
            self.bias[chosen],
            self.prior[chosen],
            Exclusions.none(len(chosen)),
            np.full((len(chosen), len(PRECISIONS)), np.nan, dtype=np.float32),
        )


def learn(prepared: Prepared, labels: Sequence[WeakLabels], min_confidence: float) -> Lesson:
    """Fit a classifier for each word that has weak labels, and judge it.

    Owners are dealt into halves; each half judges what the other one teaches, beside background
    pictures that taught nothing. The classifiers themselves learn from all owners.
    """
    taught = [one for one in labels if one.why_not is None]
    sample = _sample(prepared, taught)
    tails = _held_out(prepared, sample, taught)
    fitted = fit_words(sample, taught) if taught else None
    if fitted is None:
        dimensions = len(prepared.subspace.centre)
        nothing = np.zeros(0, dtype=np.float32)
        return Lesson((), np.zeros((dimensions, 0), np.float32), nothing, nothing)
    background = _logits_of_background(sample, fitted, taught)
    shift = np.array(
        [
            _shift(
                background[place][~prepared.material.is_labelled[:, one.word]],
                _share_to_show(prepared, one, tails[place], min_confidence),
            )
            for place, one in enumerate(taught)
        ],
        dtype=np.float32,
    ) + _log_odds_of(min_confidence)
    fitted = replace(fitted, bias=fitted.bias + shift)
    words = tuple(
        _judge(prepared, one, tails[place], background[place] + shift[place], min_confidence)
        for place, one in enumerate(taught)
    )
    weight, bias = prepared.subspace.expand(fitted.weight, fitted.bias)
    return Lesson(words, weight, bias, fitted.prior)


def share_to_show(tails: NDArray[np.float32]) -> float:
    """Return the share of all pictures that a word can be shown on and mostly be right.

    Where a share q of the positives is found, the background above holds at least q of all pictures
    with the word (mixture proportion estimation, Garg et al. 2021), which bounds the word's
    frequency. tails: (n,), see `held_out_tails`.
    """
    ordered = np.sort(tails)
    recall = np.arange(1, len(ordered) + 1) / len(ordered)
    enough = recall >= MIN_RECALL
    ratio = ordered[enough] / recall[enough]
    is_right = ratio <= max(float(ratio.min()), 1e-6) / MIN_PRECISION
    return min(float(ordered[enough][np.flatnonzero(is_right)[-1]]), MAX_SHOWN)


def _share_to_show(
    prepared: Prepared, one: WeakLabels, tails: NDArray[np.float32], min_confidence: float
) -> float:
    """Return the share of pictures to show a word on: of a tag, at least what is shown now."""
    unlabelled = ~prepared.material.is_labelled[:, one.word]
    now = float((prepared.current_background[unlabelled, one.word] >= min_confidence).mean())
    return max(share_to_show(tails), now if prepared.is_known[one.word] else 0.0)


def _shift(background: NDArray[np.float32], share: float) -> float:
    """Return the bias that lifts a share of the background's logits, (m,), above 0."""
    return -float(np.quantile(background, 1 - share))


def _logits_of_background(
    sample: Sample, fitted: Classifiers, taught: Sequence[WeakLabels]
) -> list[NDArray[np.float32]]:
    return [
        _logits(fitted, place, sample.background, sample.network[:, one.word])
        for place, one in enumerate(taught)
    ]


def _sample(prepared: Prepared, taught: Sequence[WeakLabels]) -> Sample:
    """Return the sample to fit on, with background pictures masked that may have a word."""
    material = prepared.material
    whitening = Whitening.of(material.background)
    background = whitening.apply(material.background)
    masked = material.is_labelled.copy()
    for one in taught:
        positives = whitening.apply(material.features[one.image]) @ one.mean
        masked[:, one.word] |= background @ one.mean > np.quantile(positives, MASKED_ABOVE)
    return Sample(
        material.features,
        material.background,
        prepared.network_background,
        masked,
        ~prepared.is_known,
    )


def _held_out(
    prepared: Prepared, sample: Sample, taught: Sequence[WeakLabels]
) -> list[NDArray[np.float32]]:
    """Return for each word's positives the share of unseen background that scores higher."""
    tails = [np.ones(len(one.image), dtype=np.float32) for one in taught]
    halves = [folds_by_owner(one.owner, HALVES) for one in taught]
    teaching = np.arange(len(sample.background)) % HALVES == 0
    for half in range(HALVES if taught else 0):
        inside = [fold == half for fold in halves]
        lessons = [one.where(~held) for one, held in zip(taught, inside, strict=True)]
        fitted = fit_words(sample.with_background(teaching), lessons)
        for place, (one, held) in enumerate(zip(taught, inside, strict=True)):
            scores = _logits(fitted, place, sample.features[one.image[held]], one.network[held])
            judging = ~teaching & ~prepared.material.is_labelled[:, one.word]
            background = _logits(
                fitted, place, sample.background[judging], sample.network[judging, one.word]
            )
            tails[place][held] = tails_of(scores, background)
    return tails


def tails_of(scores: NDArray[np.floating], background: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the share of the background that scores at least as high; (n,) from (n,) and (m,)."""
    below = np.searchsorted(np.sort(background), scores, side="left")
    return (1 - below / max(len(background), 1)).astype(np.float32)


def _logits(
    fitted: Classifiers,
    place: int,
    features: NDArray[np.float32],
    network: NDArray[np.float32],
) -> NDArray[np.float32]:
    logits: NDArray[np.float32] = features @ fitted.weight[:, place] + fitted.bias[place]
    return logits + fitted.prior[place] * log_odds(network)


def _judge(
    prepared: Prepared,
    one: WeakLabels,
    tails: NDArray[np.float32],
    logits: NDArray[np.float32],
    min_confidence: float,
) -> LearnedWord:
    """Judge a word. tails: (n,), of its positives; logits: (m,), on the background."""
    unlabelled = ~prepared.material.is_labelled[:, one.word]
    current = prepared.current_background[unlabelled, one.word]
    held_out = tails_of(prepared.current_of(one), current)
    before = average_precision(held_out, PREVALENCE) if current.any() else 0.0
    after = compete(logits[unlabelled, np.newaxis], Exclusions.none(1))[:, 0]
    harm = _find_harm(current, after, min_confidence) if prepared.is_known[one.word] else None
    return LearnedWord(one, before, average_precision(tails, PREVALENCE), harm)


def _find_harm(
    before: NDArray[np.float32], after: NDArray[np.float32], min_confidence: float
) -> str | None:
    """Return what a known tag's classifier does to pictures in general that it must not."""
    certain, absent = before >= CERTAIN_PRESENT, before <= CERTAIN_ABSENT
    dropped = float((after[certain] < min_confidence).mean()) if certain.any() else 0.0
    if dropped > MAX_OVERRULED:
        return f"it drops {dropped:.0%} of what the live version is certain of"
    spread = float((after[absent] >= min_confidence).mean()) if absent.any() else 0.0
    if spread > MAX_SPREAD:
        return f"it gives the tag to {spread:.0%} of the pictures that certainly lack it"
    return None


def _log_odds_of(share: float) -> float:
    return float(np.log(share) - np.log1p(-share))


def describe(learned: LearnedWord) -> dict[str, Any]:
    """Return the report's figures of one word."""
    return {
        "pictures": len(learned.labels.image),
        "seen": learned.labels.seen,
        "owners": learned.labels.owners,
        "before": round(learned.before, 3),
        "after": round(learned.after, 3),
        "reason": learned.harm,
    }

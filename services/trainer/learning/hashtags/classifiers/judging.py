"""Judge the classifier of a word on held-out owners and on pictures in general."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.hashtags.classifiers.fitting import Sample
from services.trainer.learning.hashtags.classifiers.mixing import logits_of, mixed, mixes_of
from services.trainer.learning.hashtags.classifiers.showing import shift_to_show
from services.trainer.learning.hashtags.labels.discriminant import folds_by_owner
from services.trainer.learning.hashtags.labels.visual import PREVALENCE, average_precision
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.preparing import Prepared
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import compete

# The gain has to exceed its standard error, which is estimated by leaving out one group of owners
# at a time (jackknife).
GROUPS = 20
# Shares of background pictures: certain tags that may disappear, and certain absences that may
# turn into tags.
MAX_OVERRULED = 0.1
MAX_SPREAD = 0.05
CERTAIN_PRESENT, CERTAIN_ABSENT = 0.9, 0.05


@dataclass(frozen=True)
class LearnedWord:
    """A word's classifier and its figures.

    before, after: average precision on held-out owners. error: standard error of the gain. harm:
    what the classifier changes for the worse on pictures in general; None: nothing.
    """

    labels: WeakLabels
    before: float
    after: float
    error: float
    harm: str | None

    @property
    def is_better(self) -> bool:
        """Return whether the word is worth having."""
        return self.harm is None and self.after - self.before > self.error


@dataclass(frozen=True)
class Mixture:
    """A word with a share of the learned logits. shift: to add to its bias."""

    mix: float
    shift: float
    word: LearnedWord


@dataclass(frozen=True)
class Judge:
    """Chooses how much of each word's classifier to use. fitted: of all words, on all owners."""

    prepared: Prepared
    sample: Sample
    fitted: Classifiers
    min_confidence: float

    def choose(self, place: int, labels: WeakLabels, tails: NDArray[np.float32]) -> Mixture:
        """Return the mixture that predicts held-out owners best without doing harm.

        place: of the word among the fitted. tails: (mixes, n), of its positives.
        """
        mixes = mixes_of(self.prepared, labels)
        found = [self._mix(place, labels, *some) for some in zip(mixes, tails, strict=True)]
        return max(found, key=lambda some: (some.word.harm is None, some.word.after))

    def _mix(
        self, place: int, labels: WeakLabels, mix: float, tails: NDArray[np.float32]
    ) -> Mixture:
        part = mixed(self.fitted, np.full(len(self.fitted.bias), mix, dtype=np.float32))
        background, network = self.sample.background, self.sample.network[:, labels.word]
        logits = logits_of(part, place, background, network)
        unlabelled = ~self.prepared.material.is_labelled[:, labels.word]
        current = None
        if self.prepared.is_known[labels.word]:
            current = self.prepared.current_background[unlabelled, labels.word]
        shift = shift_to_show(tails, logits[unlabelled], current, self.min_confidence)
        word = _judge(self.prepared, labels, tails, logits + shift, self.min_confidence)
        return Mixture(mix, shift, word)


def tails_of(scores: NDArray[np.floating], background: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the share of the background that scores at least as high; (n,) from (n,) and (m,)."""
    below = np.searchsorted(np.sort(background), scores, side="left")
    return (1 - below / max(len(background), 1)).astype(np.float32)


def _judge(
    prepared: Prepared,
    labels: WeakLabels,
    tails: NDArray[np.float32],
    logits: NDArray[np.float32],
    min_confidence: float,
) -> LearnedWord:
    """Judge a word. tails: (n,), of its positives; logits: (m,), on the background."""
    unlabelled = ~prepared.material.is_labelled[:, labels.word]
    current = prepared.current_background[unlabelled, labels.word]
    held_out = tails_of(prepared.current_of(labels), current)
    before = average_precision(held_out, PREVALENCE) if current.any() else 0.0
    after = compete(logits[unlabelled, np.newaxis], Exclusions.none(1))[:, 0]
    harm = _find_harm(current, after, min_confidence) if prepared.is_known[labels.word] else None
    error = _error_of_gain(held_out, tails, labels.owner)
    return LearnedWord(labels, before, average_precision(tails, PREVALENCE), error, harm)


def _error_of_gain(
    before: NDArray[np.float32], after: NDArray[np.float32], owner: NDArray[np.int32]
) -> float:
    """Return the jackknife estimate of the standard error over owners; (n,) each."""
    group = folds_by_owner(owner, GROUPS)
    left = [group != one for one in np.unique(group)]
    gains = np.array(
        [
            average_precision(after[some], PREVALENCE) - average_precision(before[some], PREVALENCE)
            for some in left
        ]
    )
    return float(np.sqrt((len(left) - 1) / len(left) * ((gains - gains.mean()) ** 2).sum()))


def _find_harm(
    before: NDArray[np.float32], after: NDArray[np.float32], min_confidence: float
) -> str | None:
    """Return how a known tag's classifier harms pictures in general; None if it does not."""
    certain, absent = before >= CERTAIN_PRESENT, before <= CERTAIN_ABSENT
    dropped = float((after[certain] < min_confidence).mean()) if certain.any() else 0.0
    if dropped > MAX_OVERRULED:
        return f"it drops {dropped:.0%} of what the live version is certain of"
    spread = float((after[absent] >= min_confidence).mean()) if absent.any() else 0.0
    if spread > MAX_SPREAD:
        return f"it gives the tag to {spread:.0%} of the pictures that certainly lack it"
    return None


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

"""Learn classifiers of words from hashtags alone, and judge them on held-out owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.classifiers.fitting import MASKED_ABOVE, Sample, fit_words
from services.trainer.learning.hashtags.classifiers.judging import (
    Judge,
    LearnedWord,
    tails_of,
)
from services.trainer.learning.hashtags.classifiers.mixing import logits_of, mixed, mixes_of
from services.trainer.learning.hashtags.labels.discriminant import Whitening, folds_by_owner
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.preparing import Prepared
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import PRECISIONS, LearnedTags

HALVES = 2


@dataclass(frozen=True)
class WordClassifiers:
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


def learn(
    prepared: Prepared, labels: Sequence[WeakLabels], min_confidence: float
) -> WordClassifiers:
    """Fit a classifier for each word that has weak labels, and judge it.

    Owners are dealt into halves. Each half judges classifiers trained on the other half, together
    with background pictures that were not trained on. The returned classifiers learn from all
    owners.
    """
    taught = [one for one in labels if one.why_not is None]
    if not taught:
        dimensions = len(prepared.subspace.centre)
        nothing = np.zeros(0, dtype=np.float32)
        return WordClassifiers((), np.zeros((dimensions, 0), np.float32), nothing, nothing)
    sample = _sample(prepared, taught)
    tails = _held_out(prepared, sample, taught)
    fitted = fit_words(sample, taught)
    judge = Judge(prepared, sample, fitted, min_confidence)
    chosen = [judge.choose(place, one, tails[place]) for place, one in enumerate(taught)]
    mixes = np.array([one.mix for one in chosen], dtype=np.float32)
    fitted = mixed(fitted, mixes)
    shift = np.array([one.shift for one in chosen], dtype=np.float32)
    weight, bias = prepared.subspace.expand(fitted.weight, fitted.bias + shift)
    return WordClassifiers(tuple(one.word for one in chosen), weight, bias, fitted.prior)


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
    """Return for each word's positives the share of unseen background that scores higher.

    One array for each word, (mixes, n).
    """
    tails = [
        np.ones((len(mixes_of(prepared, one)), len(one.image)), dtype=np.float32) for one in taught
    ]
    halves = [folds_by_owner(one.owner, HALVES) for one in taught]
    teaching = np.arange(len(sample.background)) % HALVES == 0
    for half in range(HALVES):
        inside = [fold == half for fold in halves]
        trained_on = [one.where(~held) for one, held in zip(taught, inside, strict=True)]
        fitted = fit_words(sample.with_background(teaching), trained_on)
        for place, (one, held) in enumerate(zip(taught, inside, strict=True)):
            judging = ~teaching & ~prepared.material.is_labelled[:, one.word]
            for number, mix in enumerate(mixes_of(prepared, one)):
                some = mixed(fitted, np.full(len(fitted.bias), mix, dtype=np.float32))
                scores = logits_of(some, place, sample.features[one.image[held]], one.network[held])
                background = logits_of(
                    some, place, sample.background[judging], sample.network[judging, one.word]
                )
                tails[place][number, held] = tails_of(scores, background)
    return tails

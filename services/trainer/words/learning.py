"""Learn a words file and its provenance from labelled pictures.

The same data give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.fit import Classifiers, fit
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.fitting.thresholds import find_thresholds
from services.trainer.words.folds import FOLDS, assign_folds, group_near_duplicates
from services.trainer.words.material import LabelledPictures
from services.trainer.words.measuring import (
    SHOWN_FROM,
    Figures,
    curve_of,
    measure_learned,
    measure_network,
)
from services.trainer.words.thresholds import find_threshold, fit_scale
from shared.model.learned.exclusions import Exclusions
from shared.model.learned.tags import LearnedTags, features
from shared.model.words.words_file import WordsFile

# Target precisions; the first that leaves enough recall is used. They are above the bar, because a
# threshold is a little worse on other pictures than those it was found on.
TARGETS = (0.9, 0.92, 0.94, 0.88)
MIN_PRECISION, MIN_RECALL = 0.85, 0.3
# Pictures of a single word come from few sources and look alike, so together they weigh as much as
# the other pictures that show the word, or as this many if there are fewer.
MIN_SINGLE_WEIGHT = 30.0
# A classifier is kept only if it is this much better than the network alone.
MIN_GAIN = 0.02

Method = Literal["classifier", "network", "left out"]


@dataclass(frozen=True)
class WordResult:
    """The outcome for a word. target: the precision that the threshold aims at."""

    column: int
    method: Method
    target: float | None
    figures: Figures | None
    reason: str


@dataclass(frozen=True)
class LearnedWords:
    """The file of the words that passed, and the outcome for every word."""

    file: WordsFile
    results: tuple[WordResult, ...]


def learn_words(material: LabelledPictures, leave_out: frozenset[str]) -> LearnedWords:
    """Learn every word, keep words that pass the bar, and measure all of them.

    leave_out: slugs of words that are measured but not kept, whatever their figures.
    """
    subspace = Subspace.spanning(features(material.embeddings))
    examples = Examples.of(subspace, material.embeddings, material.network, ~material.has_network)
    folds = assign_folds(material.paths, group_near_duplicates(material.embeddings))
    logits = _unseen_logits(material, examples, folds)
    results = tuple(
        _judge(material, logits, folds, column, leave_out) for column in range(len(material.slugs))
    )
    classifiers = _fit(material, examples, np.ones(len(material.paths), dtype=bool))
    kept = [result for result in results if result.method == "classifier"]
    return LearnedWords(_to_file(material, subspace, classifiers, logits, kept), results)


def _fit(material: LabelledPictures, examples: Examples, rows: NDArray[np.bool_]) -> Classifiers:
    weight = material.known.astype(np.float32)
    single = material.is_single[:, np.newaxis] & material.present
    others = (weight * (material.present & ~single)).sum(axis=0)
    most = np.maximum(others, MIN_SINGLE_WEIGHT)
    factor = np.minimum(1, most / np.maximum((weight * single).sum(axis=0), 1))
    weight = np.where(single, weight * factor, weight)[rows].astype(np.float32)
    alone = Exclusions.none(len(material.slugs))
    targets = Targets(material.present[rows], weight)
    return fit(examples.rows(rows), targets, alone, ~material.has_network)


def _unseen_logits(
    material: LabelledPictures, examples: Examples, folds: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return logits of every word, (pictures, words), by models not trained on the picture."""
    logits = np.zeros(material.present.shape, np.float32)
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any():
            logits[inside] = _fit(material, examples, ~inside).logits(examples.rows(inside))
    return logits


def _judge(
    material: LabelledPictures,
    logits: NDArray[np.float32],
    folds: NDArray[np.intp],
    column: int,
    leave_out: frozenset[str],
) -> WordResult:
    by_network = measure_network(material, column)
    best: Figures | None = None
    for target in TARGETS:
        figures = measure_learned(material, logits, folds, column, target)
        if figures is None:
            reason = "too few pictures show it, or too few are known not to"
            return WordResult(column, "left out", None, None, reason)
        if best is None or figures.f1 > best.f1:
            best = figures
        if not _passes(figures):
            continue
        if (
            by_network is not None
            and _passes(by_network)
            and (by_network.f1 > figures.f1 - MIN_GAIN)
        ):
            break
        if material.slugs[column] in leave_out:
            return WordResult(column, "left out", target, figures, "left out on purpose")
        return WordResult(column, "classifier", target, figures, "")
    if by_network is not None and _passes(by_network):
        reason = "the network's own classes are good enough"
        return WordResult(column, "network", None, by_network, reason)
    reason = f"not {MIN_PRECISION:.0%} precision with {MIN_RECALL:.0%} recall"
    return WordResult(column, "left out", None, best, reason)


def _passes(figures: Figures) -> bool:
    return figures.precision >= MIN_PRECISION and figures.recall >= MIN_RECALL


def _to_file(
    material: LabelledPictures,
    subspace: Subspace,
    classifiers: Classifiers,
    logits: NDArray[np.float32],
    kept: list[WordResult],
) -> WordsFile:
    """Scale each classifier so that its threshold becomes the probability for showing tags."""
    weight, bias = subspace.expand(classifiers.weight, classifiers.bias)
    offset = np.float32(np.log(SHOWN_FROM) - np.log1p(-SHOWN_FROM))
    columns = np.array([result.column for result in kept], dtype=np.intp)
    scales, thresholds, limits = [], [], []
    for result in kept:
        found = curve_of(material, logits, result.column)
        assert found is not None, "a word is only kept after it was measured"
        assert result.target is not None, "and with the precision that its threshold aims at"
        curve, _ = found
        threshold = find_threshold(curve, result.target)
        assert threshold is not None, f"{material.slugs[result.column]} has no threshold"
        scale = fit_scale(curve, threshold, SHOWN_FROM)
        probabilities = 1 / (1 + np.exp(-(scale * (curve.logits - threshold) + offset)))
        targets = Targets(curve.present[:, np.newaxis], curve.weight[:, np.newaxis])
        limits.append(find_thresholds(probabilities[:, np.newaxis], targets)[0])
        scales.append(scale)
        thresholds.append(threshold)
    scale_of = np.array(scales, np.float32)
    threshold_of = np.array(thresholds, np.float32)
    learned = (
        LearnedTags.nothing(len(weight))
        if not kept
        else LearnedTags(
            np.arange(len(kept), dtype=np.int32),
            # In the file's precision, so that the shipped classifiers are measured.
            (weight[:, columns] * scale_of).astype(np.float16).astype(np.float32),
            scale_of * (bias[columns] - threshold_of) + offset,
            scale_of * classifiers.prior[columns],
            Exclusions.none(len(kept)),
            np.array(limits, np.float32),
        )
    )
    names = {material.slugs[column]: material.names[column] for column in columns}
    return WordsFile(material.backbone, names, learned)


def describe_figures(figures: Figures | None) -> dict[str, Any]:
    """Return the figures for the provenance file, rounded."""
    if figures is None:
        return {}
    return {
        "average_precision": round(figures.average_precision, 3),
        "precision": round(figures.precision, 3),
        "recall": round(figures.recall, 3),
        "positives": figures.positives,
        "by_set": figures.by_set,
    }

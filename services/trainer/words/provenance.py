"""The provenance of a words file: for each word its pictures, method and quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from services.trainer.words.learning import (
    MIN_PRECISION,
    MIN_RECALL,
    LearnedWords,
    WordResult,
    describe_figures,
)
from services.trainer.words.material import LabelledPictures
from services.trainer.words.measuring import SHOWN_FROM


def describe_provenance(
    material: LabelledPictures, learned: LearnedWords, sets: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the content of the provenance file.

    sets: source and licence of each set of pictures.
    """
    in_file = [result for result in learned.results if result.method == "classifier"]
    own = [result for result in learned.results if result.method == "network"]
    left_out = [result for result in learned.results if result.method == "left out"]
    return {
        "backbone": material.backbone,
        "bar": {"precision": MIN_PRECISION, "recall": MIN_RECALL},
        "shown_from": SHOWN_FROM,
        "overall": _overall(in_file + own),
        "sets": {
            name: {**sets.get(name, {}), "pictures": count}
            for name, count in sorted(Counter(material.sets).items())
        },
        "unreadable": dict(material.unreadable),
        "words": {material.slugs[result.column]: _of_word(material, result) for result in in_file},
        "network": {material.slugs[result.column]: _of_word(material, result) for result in own},
        "left_out": {
            material.slugs[result.column]: {"reason": result.reason, **_of_word(material, result)}
            for result in left_out
        },
    }


def _of_word(material: LabelledPictures, result: WordResult) -> dict[str, Any]:
    return {
        "pictures": material.sources_of(result.column),
        "known_absent": int(
            (material.known[:, result.column] & ~material.present[:, result.column]).sum()
        ),
        **({"precision_aimed_at": result.target} if result.target else {}),
        **describe_figures(result.figures),
    }


def _overall(results: list[WordResult]) -> dict[str, Any]:
    """Return precision and recall of all words together, by set, without single-word pictures."""
    totals: dict[str, np.ndarray] = {}
    for result in results:
        assert result.figures is not None
        for name, counts in result.figures.by_set.items():
            row = np.array([counts["right"], counts["shown"], counts["present"]])
            totals[name] = totals.get(name, np.zeros(3, dtype=int)) + row
    return {
        name: {
            "precision": round(float(right / max(shown, 1)), 3),
            "recall": round(float(right / max(present, 1)), 3),
            "shown": int(shown),
        }
        for name, (right, shown, present) in sorted(totals.items())
    }

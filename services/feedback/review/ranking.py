"""Rank images by how much a correction would teach the model, and pick some of every kind."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.db.corrections.votes import Vote
from shared.model.vocabulary import Vocabulary

Why = Literal["disputed", "held", "uncertain", "rare"]
WHYS: tuple[Why, ...] = ("disputed", "held", "uncertain", "rare")
# Suggestions of one kind per image; reviewers do not read more.
MAX_SUGGESTIONS = 3
# Below this score, an answer would teach almost nothing.
MIN_SCORE = 0.1
# A dispute with the model counts less than one between people: the model errs more often.
MODEL_WEIGHT = 0.5
# A tag with this many images is no longer rare.
RARE_BELOW = 20
# Avoids a division by zero.
SMALLEST = float(np.finfo(np.float32).tiny)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class TagQuestion:
    """A tag to ask about.

    column: in the vocabulary. score: how much the answer would teach, 0 to 1.
    slug, name: the tag's, once looked up.
    """

    column: int
    confidence: float
    why: Why
    score: float
    slug: str = ""
    name: str = ""


def suggest_uncertain(
    vocabulary: Vocabulary, probabilities: NDArray[np.float32], threshold: float
) -> list[TagQuestion]:
    """Return the tags of one image whose probability is near the threshold, best first.

    The score falls from 1 at the threshold to 0 at certainty. Of tags that imply each other, only
    the narrowest is returned. All arrays are (tags,).
    """
    below = (threshold - probabilities) / max(threshold, SMALLEST)
    above = (probabilities - threshold) / max(1 - threshold, SMALLEST)
    scores = 1 - np.maximum(below, above)
    close = np.flatnonzero(scores >= MIN_SCORE).tolist()
    implied = {wider for column in close for wider in vocabulary.ancestors(column).tolist()}
    return _best(
        TagQuestion(column, float(probabilities[column]), "uncertain", float(scores[column]))
        for column in close
        if column not in implied
    )


def suggest_held(
    probabilities: NDArray[np.float32], held: NDArray[np.intp], threshold: float
) -> list[TagQuestion]:
    """Return the tags of one image that would be shown if they were not held back.

    held: columns of tags that only people can give to an image. All arrays are (tags,).
    """
    return _best(
        TagQuestion(column, float(probabilities[column]), "held", float(probabilities[column]))
        for column in held[probabilities[held] >= threshold].tolist()
    )


def suggest_rare(
    probabilities: NDArray[np.float32], images_of: Mapping[int, int]
) -> list[TagQuestion]:
    """Return likely tags that few images are known to have.

    images_of: number of images with a tag by decision, by column, for tags that people use.
    """
    return _best(
        TagQuestion(
            column,
            float(probabilities[column]),
            "rare",
            float(probabilities[column]) * (1 - images / RARE_BELOW),
        )
        for column, images in images_of.items()
        if images < RARE_BELOW
    )


def suggest_disputed(
    probabilities: NDArray[np.float32], has_opinion: NDArray[np.bool_], votes: Iterable[Vote]
) -> list[TagQuestion]:
    """Return tags of one image on which people contradict each other or the model, best first.

    probabilities: (tags,), the model's. has_opinion: (tags,), whether the model has learned a tag.
    votes: by column of the vocabulary.
    """
    by_column = defaultdict(list)
    for vote in votes:
        by_column[vote.tag].append(vote)
    suggestions = []
    for column, on_tag in by_column.items():
        # Votes without weight count only if there are no others.
        weights = [vote.weight for vote in on_tag]
        weights = weights if any(weights) else [1.0] * len(on_tag)
        share = sum(w for w, vote in zip(weights, on_tag, strict=True) if vote.present)
        share /= sum(weights)
        among_people = 1 - abs(2 * share - 1)
        with_model = abs(share - float(probabilities[column])) if has_opinion[column] else 0.0
        score = max(among_people, MODEL_WEIGHT * with_model)
        suggestions.append(TagQuestion(column, float(probabilities[column]), "disputed", score))
    return _best(suggestions)


def choose_images(suggestions: Mapping[Key, Sequence[TagQuestion]], limit: int) -> list[Key]:
    """Choose images for a review, taking the best of each kind in turn."""
    rankings = [_ranking(suggestions, why) for why in WHYS]
    in_turn = (key for turn in zip_longest(*rankings) for key in turn if key is not None)
    return list(dict.fromkeys(in_turn))[:limit]


def _ranking(suggestions: Mapping[Key, Sequence[TagQuestion]], why: Why) -> list[Key]:
    """Return the images with suggestions of one kind, best first."""
    best = {
        key: max(suggestion.score for suggestion in of_image if suggestion.why == why)
        for key, of_image in suggestions.items()
        if any(suggestion.why == why for suggestion in of_image)
    }
    return sorted(best, key=lambda key: -best[key])


def _best(suggestions: Iterable[TagQuestion]) -> list[TagQuestion]:
    worthwhile = [suggestion for suggestion in suggestions if suggestion.score >= MIN_SCORE]
    return sorted(worthwhile, key=lambda suggestion: -suggestion.score)[:MAX_SUGGESTIONS]

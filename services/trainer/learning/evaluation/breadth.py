"""Find custom tags that would show on most pictures of the library.

Where all pictures look alike, a few examples do not say which of them lack the tag. The live
version cannot tell either, since nothing but the examples says what a custom tag means.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from services.trainer.learning.evaluation.certainty import MIN_IMAGES
from services.trainer.learning.fitting.fit import Classifiers
from services.trainer.learning.fitting.problem import LearningProblem
from services.trainer.learning.trust.votes import Labels

MAX_SHARE = 0.5
# Pictures that people have to label before the share that they gave the tag to counts.
MIN_LABELLED = 20


def find_too_broad(
    problem: LearningProblem, labels: Labels, classifiers: Classifiers, words: int
) -> dict[int, float]:
    """Return the custom tags that show on too many uncorrected pictures, by their positions.

    The values are the shares of these pictures. More than MAX_SHARE is too many, unless people gave
    the tag to as large a share of at least MIN_LABELLED pictures, or the live version shows it on
    as many. With fewer than MIN_IMAGES uncorrected pictures, no tag is too broad.

    words: how many tags of the vocabulary come before the custom tags.
    """
    unseen = problem.examples.rows(problem.is_negative_sample)
    sampled = unseen.above(problem.replayed)
    if len(sampled.features) < MIN_IMAGES:
        return {}
    labelled = (labels.weight > 0).sum(axis=0)
    given = labels.given.sum(axis=0) / np.maximum(labelled, 1)
    allowed = np.maximum(MAX_SHARE, np.where(labelled >= MIN_LABELLED, given, 0.0))
    shown = classifiers.probabilities(sampled) >= problem.min_confidence
    shown_live = problem.live[problem.is_negative_sample] >= problem.min_confidence
    is_broader = shown[: len(shown_live)].mean(axis=0) > shown_live.mean(axis=0)
    share = shown.mean(axis=0)
    is_custom = problem.tags.is_custom | (problem.tags.columns >= words)
    too_broad = np.flatnonzero(is_custom & is_broader & (share > allowed))
    return {position: float(share[position]) for position in too_broad.tolist()}


def describe_too_broad(share: float) -> str:
    """Return what is wrong with a tag that shows on too many pictures, and what to do."""
    return (
        f"It is too broad: it would show on {share:.0%} of the pictures that no one has corrected. "
        "Give more examples, and counterexamples: pictures that look similar but do not have it."
    )


def describe_left_out(slugs: Sequence[str], too_broad: Mapping[int, float]) -> str:
    """Return a sentence on the tags that a candidate leaves out; empty if there are none."""
    if not too_broad:
        return ""
    tags = ", ".join(f"{slugs[place]} ({share:.0%})" for place, share in too_broad.items())
    return f" Not learned, because it would show on most pictures: {tags}; counterexamples help."

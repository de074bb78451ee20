"""Measure how well contributors agree with each other and with what others taught.

A contributor's votes are split into bursts, so that one bad evening does not spoil good years. Each
vote is compared with the majority of votes on the same image and tag, or, if there are no others,
with a model trained only on other contributors' votes. How often honest people agree differs from
tag to tag, so trust depends on the share of the expected agreement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.trust.votes import Votes

# A pause this long ends a burst.
PAUSE_SECONDS = 600.0
FOLDS = 4
# A group with more than this share of all votes is not judged, as it is not a minority.
MAX_SHARE = 1 / 3
MIN_JUDGED = 10
# Added to agreed and expected votes of every group, so that a few disagreements prove nothing.
BENEFIT_OF_DOUBT = 5.0
# Above this share of the expected agreement a vote counts in full, …
FULL_SHARE = 0.9
# … and below this share it does not count: the group contradicts everyone.
MIN_SHARE = 0.5

Predict = Callable[[NDArray[np.bool_]], NDArray[np.float32]]


@dataclass(frozen=True)
class Groups:
    """The group of each vote, (votes,) int, and the number of groups."""

    of_vote: NDArray[np.intp]
    count: int


@dataclass(frozen=True)
class Agreement:
    """The result for each group; all arrays have shape (groups,).

    judged: number of votes that could be compared. agreed: number of these that were backed. trust:
    float32, 0 to 1. set_aside: whether nothing is learned from the group.
    """

    judged: NDArray[np.intp]
    agreed: NDArray[np.intp]
    trust: NDArray[np.float32]
    set_aside: NDArray[np.bool_]


def bursts_of(votes: Votes) -> Groups:
    """Group each contributor's votes, ending a group at every long pause."""
    in_time = np.lexsort((votes.moment, votes.contributor))
    contributor, moment = votes.contributor[in_time], votes.moment[in_time]
    begins = np.ones(len(votes), dtype=np.bool_)
    begins[1:] = (np.diff(contributor) != 0) | (np.diff(moment) > PAUSE_SECONDS)
    of_vote = np.empty(len(votes), dtype=np.intp)
    of_vote[in_time] = np.cumsum(begins) - 1
    return Groups(of_vote, int(begins.sum()))


def find_backing(
    votes: Votes, bursts: Groups, trust: NDArray[np.float32], predict: Predict
) -> NDArray[np.float32]:
    """Return whether each vote is backed: 1, contradicted: 0, or can't be compared: NaN; (votes,).

    trust: (votes,), the trust in the voters so far. predict: given the votes to learn from,
    (votes,) bool, returns the probability that each vote's tag is on its image, (votes,) float32;
    NaN if nothing is known about the tag.
    """
    backing = _by_majority(votes, trust)
    sizes = np.bincount(bursts.of_vote, minlength=bursts.count)
    is_small = sizes <= MAX_SHARE * len(votes)
    fold_of_burst = _spread(sizes)
    for fold in range(FOLDS):
        inside = fold_of_burst[bursts.of_vote] == fold
        asked = inside & is_small[bursts.of_vote] & np.isnan(backing)
        if not asked.any() or inside.all():
            continue
        probability = predict(~inside)
        found = np.where(np.isnan(probability), np.nan, (probability > 1 / 2) == votes.present)
        backing[asked] = found[asked]
    return backing


def judge_groups(
    votes: Votes, groups: Groups, backing: NDArray[np.float32], trust: NDArray[np.float32]
) -> Agreement:
    """Compare each group's agreement with what is expected for its tags and verdicts.

    backing: (votes,). trust: (votes,), the trust in the voters so far; the expected agreement is
    that of trusted voters.
    """
    compared = ~np.isnan(backing)
    group, backed = groups.of_vote[compared], backing[compared]
    expectation = _expect(
        2 * votes.tag[compared] + votes.present[compared],
        group,
        backed * trust[compared],
        trust[compared],
    )
    judged = np.bincount(group, minlength=groups.count)
    agreed = np.bincount(group, backed, groups.count)
    expected = np.bincount(group, expectation, groups.count)
    share = (agreed + BENEFIT_OF_DOUBT) / (expected + BENEFIT_OF_DOUBT)
    found = np.clip((share - MIN_SHARE) / (FULL_SHARE - MIN_SHARE), 0, 1)
    set_aside = (found == 0) & (judged >= MIN_JUDGED)
    return Agreement(judged, agreed.astype(np.intp), found.astype(np.float32), set_aside)


def _expect(
    kind: NDArray[np.intp],
    group: NDArray[np.intp],
    backed: NDArray[np.float32],
    weight: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return how often other groups' votes on the same tag and verdict are backed; (votes,).

    With few such votes, it tends to how often all votes are backed.
    """
    overall = backed.sum() / max(weight.sum(), 1.0)
    _, own = np.unique(np.stack([group, kind]), axis=1, return_inverse=True)
    others_backed = np.bincount(kind, backed)[kind] - np.bincount(own, backed)[own]
    others = np.bincount(kind, weight)[kind] - np.bincount(own, weight)[own]
    return (others_backed + BENEFIT_OF_DOUBT * overall) / (others + BENEFIT_OF_DOUBT)


def _by_majority(votes: Votes, trust: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return backing by the votes on the same image and tag; NaN for a tie or a single vote."""
    pair = votes.image * (votes.tag.max(initial=0) + 1) + votes.tag
    _, of_vote, count = np.unique(pair, return_inverse=True, return_counts=True)
    signed = np.where(votes.present, trust, -trust)
    total = np.bincount(of_vote, signed)[of_vote]
    open_question = (count[of_vote] == 1) | np.isclose(total, 0)
    return np.where(open_question, np.nan, (total > 0) == votes.present).astype(np.float32)


def _spread(sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return a fold for each group: the largest first, each into the fold with the fewest votes."""
    folds = np.zeros(len(sizes), dtype=np.intp)
    filled = np.zeros(FOLDS)
    for group in np.argsort(-sizes, kind="stable"):
        folds[group] = np.argmin(filled)
        filled[folds[group]] += sizes[group]
    return folds

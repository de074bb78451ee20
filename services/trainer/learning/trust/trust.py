"""Compute the trust in every contributor from all votes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.fitting.problem import LearningProblem
from services.trainer.learning.trust.agreement import Groups, bursts_of, find_backing, judge_groups
from services.trainer.learning.trust.votes import Votes, resolve_votes
from shared.db.corrections.standings import Standing

# A model knows nothing about a tag that it has seen on fewer images.
MIN_EXAMPLES = 3
ROUNDS = 2
# The initial weight of votes that no version has learned from yet.
UNPROVED = 0.5


@dataclass(frozen=True)
class Trust:
    """The trust in each vote and contributor.

    of_vote: (votes,) float32, 0 for votes that are set aside. standings: one for each contributor.
    set_aside: number of votes that teach nothing because their burst contradicts everyone.
    """

    of_vote: NDArray[np.float32]
    standings: tuple[Standing, ...]
    set_aside: int


def find_trust(data: DataSet, problem: LearningProblem) -> Trust:
    """Weigh every contributor and every burst of theirs against all others."""
    votes = data.votes
    everyone = Groups(votes.contributor, len(data.contributors))
    bursts = bursts_of(votes)
    vouched = np.array([contributor.vouched for contributor in data.contributors], dtype=np.bool_)
    # Votes that a promoted version learned from have proved themselves on held-out images.
    begin = np.where(votes.learned | ~votes.learned.any(), 1, UNPROVED)
    of_vote = begin.astype(np.float32)
    # A second round, because the first model has learned from bad votes, which partly hides them.
    for _ in range(ROUNDS):
        backing = find_backing(votes, bursts, of_vote, partial(_predict, problem, votes, of_vote))
        people = judge_groups(votes, everyone, backing, of_vote)
        single = judge_groups(votes, bursts, backing, of_vote)
        trust = np.where(vouched, 1, people.trust).astype(np.float32)
        set_aside = people.set_aside & ~vouched
        in_bad_burst = single.set_aside[bursts.of_vote] & ~vouched[votes.contributor]
        is_out = set_aside[votes.contributor] | in_bad_burst
        of_vote = np.where(is_out, np.float32(0), trust[votes.contributor])
        if not is_out.any():
            break
    standings = tuple(
        Standing(
            name=contributor.name,
            trust=float(trust[position]),
            agreement=_agreement(people.agreed[position], people.judged[position]),
            judged=int(people.judged[position]),
            set_aside=bool(set_aside[position]),
        )
        for position, contributor in enumerate(data.contributors)
    )
    return Trust(of_vote, standings, int((of_vote == 0).sum()))


def _predict(
    problem: LearningProblem, votes: Votes, trust: NDArray[np.float32], known: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the probabilities of all votes, by a model that learned from the known votes only."""
    labels = resolve_votes(votes.where(known), trust[known], *problem.live.shape)
    probabilities = problem.fit(problem.targets(labels), labels.given).probabilities(
        problem.examples
    )
    unknown = labels.given.sum(axis=0) < MIN_EXAMPLES
    return np.where(unknown[votes.tag], np.nan, probabilities[votes.image, votes.tag])


def _agreement(agreed: int, judged: int) -> float | None:
    return float(agreed / judged) if judged else None

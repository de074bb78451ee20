"""The training set of a run: all votes, weighed, on the tags that have examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.problem import LearnableTags, LearningProblem
from services.trainer.learning.trust.trust import Trust, find_trust
from services.trainer.learning.trust.votes import Labels, resolve_votes
from shared.model.scorer import Scorer


@dataclass(frozen=True)
class TrainingSet:
    """A data set, the trust in its contributors, and the learning problem that follows.

    teachable: (tags of the data set,) bool, tags with an example from a trusted contributor; the
    problem and its labels, (images, tags), have only these.
    """

    data: DataSet
    trust: Trust
    teachable: NDArray[np.bool_]
    problem: LearningProblem
    labels: Labels

    @classmethod
    def of(cls, data: DataSet, live: Scorer, min_confidence: float) -> TrainingSet:
        """Weigh the contributors, and keep what can be learned from them."""
        tags = LearnableTags.of(np.array(data.tag_ids, dtype=np.int32), live)
        everything = LearningProblem.of(tags, live, data, min_confidence)
        trust = find_trust(data, everything)
        labels = resolve_votes(data.votes, trust.of_vote, *everything.live.shape)
        teachable = labels.given.any(axis=0) | (~tags.is_custom & (labels.weight > 0).any(axis=0))
        problem = everything.subset(np.flatnonzero(teachable))
        return cls(data, trust, teachable, problem, _columns(labels, teachable))

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to learn."""
        return not self.teachable.any()

    def fresh_cells(self) -> NDArray[np.bool_]:
        """Return the cells that the live version has not learned from, (images, tags)."""
        fresh = np.ones((len(self.problem.live), len(self.teachable)), dtype=np.bool_)
        fresh[self.data.earlier.image] = False
        trusted = self.data.votes.where(self.trust.of_vote > 0)
        new = trusted.where(~trusted.learned)
        fresh[new.image, new.tag] = True
        return fresh[:, self.teachable]

    def earlier_targets(self) -> Targets:
        """Return the targets that the live version learned from, with every contributor trusted."""
        earlier = self.data.earlier
        trust = np.ones(len(earlier), dtype=np.float32)
        labels = resolve_votes(earlier, trust, len(self.problem.live), len(self.teachable))
        return self.problem.targets(_columns(labels, self.teachable))

    def counts(self) -> dict[str, Any]:
        """Return the report's numbers of images and votes, and the contributors set aside."""
        return {
            "images": len(self.data.ids),
            "votes": len(self.data.votes),
            "votes_set_aside": self.trust.set_aside,
            "contributors_set_aside": [who.name for who in self.trust.standings if who.set_aside],
        }


def _columns(labels: Labels, chosen: NDArray[np.bool_]) -> Labels:
    return Labels(labels.present[:, chosen], labels.weight[:, chosen])

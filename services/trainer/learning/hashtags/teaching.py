"""What the hashtags of a night teach about tags that people corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.trainer.learning.examples.targets import Targets
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.problem import LearningProblem, WeakRows, network_alone
from services.trainer.learning.hashtags.classifiers.fitting import SMOOTHING
from services.trainer.learning.hashtags.labels.weak_labels import WeakLabels
from services.trainer.learning.hashtags.preparing import Prepared
from shared.model.scorer import Scorer


@dataclass(frozen=True)
class TeachingHashtags:
    """The pictures and the weak labels of a night."""

    prepared: Prepared
    labels: Sequence[WeakLabels]

    def rows_for(self, problem: LearningProblem, live: Scorer) -> WeakRows | None:
        """Return what hashtags teach about a problem's tags; None: nothing."""
        place_of = {tag_id: place for place, tag_id in enumerate(problem.tags.ids.tolist())}
        words = self.prepared.uses.words
        taught = [
            (place_of[tag_id], one)
            for one in self.labels
            if one.why_not is None
            and (tag_id := words[one.word].tag_id) is not None
            and tag_id in place_of
        ]
        if not taught:
            return None
        rows = np.unique(np.concatenate([one.image for _, one in taught]))
        weight = np.zeros((len(rows), len(place_of)), dtype=np.float32)
        for place, one in taught:
            weight[np.searchsorted(rows, one.image), place] = one.weight
        embeddings = self.prepared.embeddings[rows]
        network = network_alone(live).tag_probabilities(embeddings)[:, problem.tags.columns]
        return WeakRows(
            Examples.of(problem.subspace, embeddings, network, problem.tags.is_custom),
            Targets(weight > 0, weight),
            np.full(len(rows), SMOOTHING, dtype=np.float32),
        )

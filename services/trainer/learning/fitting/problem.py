"""A learning problem: corrected images as arrays, ready for fitting and prediction."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.candidates import may_have
from services.trainer.learning.examples.dataset import DataSet
from services.trainer.learning.examples.mutually_exclusive import find_mutually_exclusive
from services.trainer.learning.examples.targets import (
    Targets,
    targets_of_looked_at,
    targets_of_negative_samples,
    targets_of_sampled,
)
from services.trainer.learning.fitting.examples import Examples
from services.trainer.learning.fitting.fit import Classifiers, fit
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.trust.votes import Labels
from shared.model.learned.tags import LearnedTags, features
from shared.model.scorer import Scorer


@dataclass(frozen=True)
class LearnableTags:
    """The tags to teach; all arrays except ancestors have shape (tags,).

    columns: in the vocabulary. is_custom: whether people made the tag. ancestors: (pairs, 2),
    positions of narrower and wider tags.
    """

    ids: NDArray[np.int32]
    columns: NDArray[np.intp]
    is_custom: NDArray[np.bool_]
    ancestors: NDArray[np.intp]

    @classmethod
    def of(cls, ids: NDArray[np.int32], scorer: Scorer) -> LearnableTags:
        """Return tags of the scorer's vocabulary by their ids."""
        columns = np.array([scorer.index.columns[tag_id] for tag_id in ids.tolist()], dtype=np.intp)
        position = {column: place for place, column in enumerate(columns.tolist())}
        pairs = [
            (place, position[above])
            for column, place in position.items()
            for above in scorer.vocabulary.ancestors(column).tolist()
            if above in position
        ]
        is_custom = ~scorer.is_known_before[columns]
        return cls(ids, columns, is_custom, np.array(pairs, dtype=np.intp).reshape(-1, 2))

    def subset(self, chosen: NDArray[np.intp]) -> LearnableTags:
        """Return some of the tags; chosen: (fewer tags,) positions."""
        position = np.full(len(self.ids), -1)
        position[chosen] = np.arange(len(chosen))
        pairs = position[self.ancestors]
        return LearnableTags(
            self.ids[chosen],
            self.columns[chosen],
            self.is_custom[chosen],
            pairs[(pairs >= 0).all(axis=1)],
        )


@dataclass(frozen=True)
class WeakRows:
    """Uncorrected images with weak labels; their other tags are masked.

    smoothing: (images,) float32, how uncertain their positives are.
    """

    examples: Examples
    targets: Targets
    smoothing: NDArray[np.float32]

    def columns(self, chosen: NDArray[np.intp]) -> WeakRows:
        """Return the rows for some tags; chosen: (fewer tags,) positions."""
        return replace(
            self, examples=self.examples.columns(chosen), targets=self.targets.columns(chosen)
        )

    def without(self, tags: NDArray[np.bool_]) -> WeakRows:
        """Return the rows with no labels of some tags; tags: (tags,)."""
        hidden = np.broadcast_to(tags, self.targets.present.shape)
        targets = self.targets.masked(hidden)
        return replace(self, targets=replace(targets, present=targets.present & ~hidden))


@dataclass(frozen=True)
class LearningProblem:
    """Corrected images, then negative samples, and a sample that preserves what is known.

    Negative samples are uncorrected images that are never trained on. They show whether a custom
    tag spreads to images where it does not belong. live: (images, tags), probabilities by the live
    model; network: the same by the network alone. weak: what hashtags teach; None: nothing.
    """

    tags: LearnableTags
    subspace: Subspace
    examples: Examples
    live: NDArray[np.float32]
    network: NDArray[np.float32]
    is_negative_sample: NDArray[np.bool_]
    replayed: Examples
    replay: Targets
    min_confidence: float
    weak: WeakRows | None = None

    @classmethod
    def of(
        cls,
        tags: LearnableTags,
        scorer: Scorer,
        data: DataSet,
        min_confidence: float,
    ) -> LearningProblem:
        """Return the problem of teaching these tags from a data set."""
        # Half of the uncorrected images preserve what the live model knows, half measure that.
        replayed, negative_samples = data.sampled[0::2], data.sampled[1::2]
        images = np.concatenate([data.embeddings, negative_samples])
        subspace = Subspace.spanning(features(np.concatenate([images, replayed])))
        alone = network_alone(scorer)
        network = alone.probabilities_of(images, tags.columns)
        network_of_replayed = alone.probabilities_of(replayed, tags.columns)
        live_of_replayed = scorer.probabilities_of(replayed, tags.columns)
        return cls(
            tags,
            subspace,
            Examples.of(subspace, images, network, tags.is_custom),
            scorer.probabilities_of(images, tags.columns),
            network,
            np.arange(len(images)) >= len(data.embeddings),
            Examples.of(subspace, replayed, network_of_replayed, tags.is_custom),
            targets_of_sampled(live_of_replayed, tags.is_custom),
            min_confidence,
        )

    def subset(self, columns: NDArray[np.intp]) -> LearningProblem:
        """Return the problem of teaching only some of the tags; columns: (fewer tags,)."""
        return replace(
            self,
            tags=self.tags.subset(columns),
            examples=self.examples.columns(columns),
            live=self.live[:, columns],
            network=self.network[:, columns],
            replayed=self.replayed.columns(columns),
            replay=self.replay.columns(columns),
            weak=None if self.weak is None else self.weak.columns(columns),
        )

    def targets(self, labels: Labels) -> Targets:
        """Return the targets of all images; images without a trusted label are masked."""
        targets = targets_of_looked_at(
            labels,
            self.network,
            self.tags.is_custom,
            self.tags.ancestors,
            self.min_confidence,
        )
        unlabelled = (labels.weight == 0).all(axis=1, keepdims=True)
        possible = may_have(self.examples.features, self.examples.features, labels.given)
        absences = targets_of_negative_samples(self.live, self.tags.is_custom).masked(possible)
        return targets.masked(unlabelled).replaced(self.is_negative_sample, absences)

    def fit(self, targets: Targets, given: NDArray[np.bool_]) -> Classifiers:
        """Train on the unmasked targets and on the sample.

        given: (images, tags), the tags that people gave, without those to hide.
        """
        used = np.any(targets.weight > 0, axis=1)
        possible = may_have(self.replayed.features, self.examples.features, given)
        # Corrections count as much as uncorrected pictures, however many of these there are.
        replay = self.replay.masked(possible & ~self.replay.present).at_most(targets)
        examples = self.examples.rows(used).above(self.replayed)
        taught, smoothing = targets.rows(used).above(replay), None
        if self.weak is not None:
            smoothing = np.concatenate(
                [np.zeros(len(examples.features), np.float32), self.weak.smoothing]
            )
            # Hashtags count at most as much as what people said.
            taught = taught.above(self.weak.targets.at_most(targets))
            examples = examples.above(self.weak.examples)
        return fit(
            examples,
            taught,
            find_mutually_exclusive(given, self.tags.ancestors),
            self.tags.is_custom,
            smoothing,
        )

    def learned(self, classifiers: Classifiers, thresholds: NDArray[np.float32]) -> LearnedTags:
        """Return the trained classifiers as a part of a head; thresholds: (tags, precisions)."""
        weight, bias = self.subspace.expand(classifiers.weight, classifiers.bias)
        return LearnedTags(
            self.tags.ids,
            weight,
            bias,
            classifiers.prior,
            classifiers.exclusions,
            thresholds,
        )


def network_alone(scorer: Scorer) -> Scorer:
    """Return the scorer without any learned tags."""
    head = scorer.head
    nothing = LearnedTags.nothing(len(head.weight))
    return Scorer(scorer.model, replace(head, learned_tags=nothing), scorer.index)

"""Turn hashtags into weak labels: for each word, the pictures that teach it, with their weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.hashtags.labels.choosing import (
    MIN_OWNERS,
    MIN_PICTURES,
    without_duplicates,
)
from services.trainer.learning.hashtags.labels.discriminant import (
    Whitening,
    folds_by_owner,
    held_out_tails,
)
from services.trainer.learning.hashtags.labels.pruning import FOLDS, prune
from services.trainer.learning.hashtags.labels.visual import Predictability, predictability

# A picture's hashtags share this weight by the root of their number; a correction weighs 1.
WEIGHT = 0.3
# Of the pictures that were looked at, at least this many have to be left to teach.
MIN_TAUGHT = 10
# Pictures without the word that it is compared with.
MIN_BACKGROUND = 20
# Near-duplicates: the cosine of two pictures' features.
MAX_COSINE = 0.95


@dataclass(frozen=True)
class Material:
    """The chosen uses of hashtags, with what the pictures look like.

    features: (images, kept); directions: (images, kept), of unit length; background: (m, kept), of
    pictures in general. image, word, owner: (uses,); weight: (uses,) float32. network: (uses,), the
    network's probability of the word. is_labelled: (m, words), background pictures that have the
    word. is_refused: (uses,), whether the referee refused the use.
    """

    features: NDArray[np.float32]
    directions: NDArray[np.float32]
    background: NDArray[np.float32]
    image: NDArray[np.intp]
    word: NDArray[np.int32]
    owner: NDArray[np.int32]
    weight: NDArray[np.float32]
    network: NDArray[np.float32]
    is_labelled: NDArray[np.bool_]
    is_refused: NDArray[np.bool_]


@dataclass(frozen=True)
class WeakLabels:
    """What a word's hashtags teach.

    use: (n,), positions of its uses; image: (n,), of its pictures; weight, owner: (n,); network:
    (n,), the network's probability. why_not: why the word is not learned; None: it is. mean:
    (kept,), the whitened mean of its pictures. seen: number of pictures that were examined.
    """

    word: int
    use: NDArray[np.intp]
    image: NDArray[np.intp]
    weight: NDArray[np.float32]
    owner: NDArray[np.int32]
    network: NDArray[np.float32]
    mean: NDArray[np.float32]
    seen: int
    figures: Predictability | None
    why_not: str | None

    @property
    def owners(self) -> int:
        """Return how many owners teach the word."""
        return len(np.unique(self.owner))

    def where(self, chosen: NDArray[np.bool_]) -> WeakLabels:
        """Return the labels of some of the pictures; chosen: (n,)."""
        return replace(
            self,
            use=self.use[chosen],
            image=self.image[chosen],
            weight=self.weight[chosen],
            owner=self.owner[chosen],
            network=self.network[chosen],
        )


def weigh(hashtags: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the weight of each picture's labels; hashtags: (images,), how many it has."""
    return (WEIGHT / np.sqrt(np.maximum(hashtags, 1))).astype(np.float32)


def find_weak_labels(material: Material) -> list[WeakLabels]:
    """Return the weak labels of every word that has uses, by word."""
    whitening = Whitening.of(material.background)
    background = whitening.apply(material.background)
    order = np.argsort(material.word, kind="stable")
    words, starts = np.unique(material.word[order], return_index=True)
    return [
        _examine(material, word, uses, whitening, background)
        for word, uses in zip(words.tolist(), np.split(order, starts[1:]), strict=True)
    ]


def _examine(
    material: Material,
    word: int,
    uses: NDArray[np.intp],
    whitening: Whitening,
    background: NDArray[np.float32],
) -> WeakLabels:
    """Return one word's weak labels; uses: positions of its uses, the first to teach first."""
    seen = len(uses)
    background = background[~material.is_labelled[:, word]]
    if len(background) < MIN_BACKGROUND:
        uses = uses[:0]
    uses = _credible(material, uses)
    positives = whitening.apply(material.features[material.image[uses]])
    owner, weight = material.owner[uses], material.weight[uses]
    why_not, figures = _too_few(owner, MIN_PICTURES), None
    keep = np.ones(len(uses), dtype=np.bool_)
    if why_not is None:
        fold = folds_by_owner(owner, FOLDS)
        figures = predictability(held_out_tails(positives, weight, fold, background), owner)
        why_not = figures.why_not
    if why_not is None:
        keep = prune(positives, weight, owner, background)
        why_not = _too_few(owner[keep], MIN_TAUGHT)
    mean = positives[keep].mean(axis=0) if keep.any() else np.zeros(background.shape[1])
    taught = uses[keep] if why_not is None else uses[:0]
    return WeakLabels(
        word,
        taught,
        material.image[taught],
        material.weight[taught],
        material.owner[taught],
        material.network[taught],
        mean.astype(np.float32),
        seen,
        figures,
        why_not,
    )


def _credible(material: Material, uses: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the uses without refused ones and near-duplicates."""
    uses = uses[~material.is_refused[uses]]
    directions = material.directions[material.image[uses]]
    return uses[without_duplicates(directions, material.owner[uses], MAX_COSINE)]


def _too_few(owner: NDArray[np.int32], min_pictures: int) -> str | None:
    if len(np.unique(owner)) < MIN_OWNERS:
        return f"fewer than {MIN_OWNERS} owners are left"
    return f"fewer than {min_pictures} pictures are left" if len(owner) < min_pictures else None

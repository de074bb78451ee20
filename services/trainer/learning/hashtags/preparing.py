"""Read the pictures of hashtags: embeddings, the live version's predictions, and the background."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.hashtags.labels.choosing import (
    choose_background,
    choose_uses,
    frequent_words,
)
from services.trainer.learning.hashtags.labels.pictures import Pictures
from services.trainer.learning.hashtags.labels.predictions import AT_ONCE
from services.trainer.learning.hashtags.labels.uses import Uses
from services.trainer.learning.hashtags.labels.weak_labels import Material, WeakLabels, weigh
from services.trainer.learning.hashtags.refusing import AllPredictions, KnownWords, refuse_uses
from shared.model.learned.tags import features
from shared.model.scorer import Scorer

# Images whose embeddings one night reads: 260 MB with 1,280 dimensions.
MAX_IMAGES = 100_000
# Pictures that stand for all others.
BACKGROUND = 2_000
# Images that span the subspace.
SPANNING = 5_000

# Returns embeddings, (n, dimensions) float16, of images given by their positions, (n,).
ReadEmbeddings = Callable[[NDArray[np.intp]], NDArray[np.float16]]


@dataclass(frozen=True)
class Prepared:
    """The material, and what is needed to train classifiers on it.

    image: (images,), positions of the material's images in the uses. embeddings: of these images;
    background: of the background. current: (uses,), the live version's probability;
    current_background: (m, words); both are 0 where it has none. column: (words,), in the live
    version's vocabulary; -1: a candidate. is_known: (words,), whether the network or a words file
    knows the word.
    """

    uses: Uses
    material: Material
    subspace: Subspace
    image: NDArray[np.intp]
    embeddings: NDArray[np.float16]
    background: NDArray[np.float16]
    network_background: NDArray[np.float32]
    current: NDArray[np.float32]
    current_background: NDArray[np.float32]
    column: NDArray[np.intp]
    is_known: NDArray[np.bool_]

    def current_of(self, labels: WeakLabels) -> NDArray[np.float32]:
        """Return the live version's probability on a word's pictures, (n,)."""
        return self.current[labels.use]


def prepare(
    uses: Uses,
    read: ReadEmbeddings,
    live: Scorer,
    decided: Collection[int] = (),
) -> Prepared | None:
    """Choose the uses that may teach, and read their pictures; None if there are none.

    decided: ids of tags that people decided about: only these and the network's are referees, since
    what hashtags taught earlier must not support itself.
    """
    pictures = _choose(uses, read)
    if pictures is None:
        return None
    subspace = _span(pictures)
    words = KnownWords.of(pictures.uses.words, live, decided)
    predictions = AllPredictions.of(live, pictures, words, decided)
    is_refused, is_honest = refuse_uses(pictures, words, predictions)
    pictures, predictions = pictures.beside(is_honest), predictions.beside(is_honest)
    kept = _unambiguous(pictures, predictions.people.probability)
    return _prepared(subspace, pictures.only(kept), words, predictions.only(kept), is_refused[kept])


def _choose(uses: Uses, read: ReadEmbeddings) -> Pictures | None:
    """Choose the uses and the background, and read their embeddings; None if there are no uses."""
    shown = choose_background(uses, BACKGROUND)
    uses = uses.of_words(frequent_words(uses))
    chosen = choose_uses(uses, MAX_IMAGES)
    if not len(chosen):
        return None
    image, position = np.unique(uses.image[chosen].astype(np.intp), return_inverse=True)
    return Pictures(uses, chosen, image, position, read(image), shown, read(shown))


def _span(pictures: Pictures) -> Subspace:
    some = np.concatenate([pictures.background, pictures.embeddings[:SPANNING]])
    return Subspace.spanning(features(some))


def _prepared(
    subspace: Subspace,
    pictures: Pictures,
    words: KnownWords,
    predictions: AllPredictions,
    is_refused: NDArray[np.bool_],
) -> Prepared:
    """Return the pictures' features, with what is needed to train classifiers on them."""
    word, exists = pictures.word, words.column >= 0
    material = Material(
        *_project(subspace, pictures.embeddings),
        background=subspace.project(features(pictures.background)),
        image=pictures.position,
        word=word,
        owner=pictures.owner,
        weight=weigh(pictures.uses.hashtags)[pictures.uses.image[pictures.use]],
        network=predictions.network.probability,
        is_labelled=pictures.labelled(),
        is_refused=is_refused,
    )
    return Prepared(
        pictures.uses,
        material,
        subspace,
        pictures.image,
        pictures.embeddings,
        pictures.background,
        predictions.network.background,
        np.where(exists[word], predictions.live.probability, np.float32(0)),
        np.where(exists, predictions.live.background, np.float32(0)),
        words.column,
        words.is_known,
    )


def _project(
    subspace: Subspace, embeddings: NDArray[np.float16]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return features in the subspace and directions of unit length, a few images at a time."""
    parts = [
        subspace.project(features(embeddings[start : start + AT_ONCE]))
        for start in range(0, len(embeddings), AT_ONCE)
    ]
    projected = np.concatenate(parts)
    directions = projected + subspace.centre @ subspace.basis
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-6)
    return projected, directions


def _unambiguous(pictures: Pictures, probability: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return one use of each ambiguous hashtag: that of the tag which its picture shows most.

    Positions among the chosen uses, with those of all other hashtags. probability: (n,).
    """
    choice = pictures.uses.choice[pictures.use]
    order = np.lexsort((-probability, choice))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = choice[order][1:] != choice[order][:-1]
    is_kept = choice < 0
    is_kept[order[first & (choice[order] >= 0)]] = True
    return np.flatnonzero(is_kept)

"""Look at the pictures of hashtags: embeddings, what the live version says, and the background."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.examples.targets import CERTAIN_PRESENT
from services.trainer.learning.fitting.problem import network_alone
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.hashtags.labels.choosing import (
    choose_background,
    choose_uses,
    frequent_words,
)
from services.trainer.learning.hashtags.labels.referee import (
    BackgroundPictures,
    contradicted,
    refuse,
)
from services.trainer.learning.hashtags.labels.uses import Uses
from services.trainer.learning.hashtags.labels.weak_labels import Material, WeakLabels, weigh
from shared.model.learned.tags import features
from shared.model.scorer import Scorer

# Images whose embeddings one night reads: 260 MB with 1,280 dimensions.
MAX_IMAGES = 100_000
# Pictures that stand for all others.
BACKGROUND = 2_000
# Images that span the subspace, and images scored at once.
SPANNING = 5_000
AT_ONCE = 4_000

# Returns embeddings, (n, dimensions) float16, of images given by their positions, (n,).
ReadEmbeddings = Callable[[NDArray[np.intp]], NDArray[np.float16]]


@dataclass(frozen=True)
class Prepared:
    """The material, and what is needed to make classifiers of it.

    image: (images,), positions of the material's images in the uses. embeddings: of these images;
    background: of the background. current: (uses,), the
    live version's probability; current_background: (m, words); both are 0 where it has none.
    column: (words,), in the live version's vocabulary; -1: a candidate. is_known: (words,), whether
    the network or a words file knows the word.
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
    """Choose the uses that may teach, and look at their pictures; None if there are none.

    decided: ids of tags that people decided about: only these and the network's are referees, since
    what hashtags taught earlier must not support itself.
    """
    shown = choose_background(uses, BACKGROUND)
    uses = uses.of_words(frequent_words(uses))
    chosen = choose_uses(uses, MAX_IMAGES)
    if not len(chosen):
        return None
    background = read(shown)
    image, position = np.unique(uses.image[chosen].astype(np.intp), return_inverse=True)
    embeddings = read(image)
    subspace = Subspace.spanning(features(np.concatenate([background, embeddings[:SPANNING]])))
    word = uses.word[chosen]
    columns = live.words.columns
    column = np.array(
        [-1 if one.tag_id is None else columns.get(one.tag_id, -1) for one in uses.words], np.intp
    )
    safe = np.maximum(column, 0)
    is_known = (column >= 0) & live.is_known_before[safe]
    taught = set(decided) & set(live.head.learned_tags.tag_ids.tolist())
    is_judged = is_known | np.isin([one.tag_id or -1 for one in uses.words], list(taught))
    alone = network_alone(live)
    judge = _taught_by_people(live, decided)
    looked = [
        _Looked.at(scorer, embeddings, position, safe[word]) for scorer in (live, judge, alone)
    ]
    seen = [scorer.tag_probabilities(background)[:, safe] for scorer in (live, judge, alone)]
    is_everyday = np.array([live.vocabulary.tags[one].everyday for one in safe.tolist()])
    refused = (
        contradicted(looked[1].probability, looked[2].is_certain[position], is_everyday[word])
        & is_known[word]
    )
    labelled = _labelled(uses, shown)
    owner = uses.owner[uses.image[chosen]]
    known = BackgroundPictures(
        uses.owner[shown], labelled, np.where(is_judged, seen[1], np.float32(np.nan))
    )
    unsupported, is_honest = refuse(word, owner, looked[1].probability, known)
    refused |= unsupported
    background, labelled = background[is_honest], labelled[is_honest]
    seen = [some[is_honest] for some in seen]
    chosen, position, kept = _unambiguous(uses, chosen, position, looked[1].probability)
    material = Material(
        *_look(subspace, embeddings),
        background=subspace.project(features(background)),
        image=position,
        word=word[kept],
        owner=owner[kept],
        weight=weigh(uses.hashtags)[uses.image[chosen]],
        network=looked[2].probability[kept],
        is_labelled=labelled,
        is_refused=refused[kept],
    )
    exists = column >= 0
    return Prepared(
        uses,
        material,
        subspace,
        image,
        embeddings,
        background,
        seen[2],
        np.where(exists[word], looked[0].probability, np.float32(0))[kept],
        np.where(exists, seen[0], np.float32(0)),
        column,
        is_known,
    )


def _labelled(uses: Uses, shown: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which words the background's pictures have, (m, words)."""
    place = np.full(len(uses.owner), -1)
    place[shown] = np.arange(len(shown))
    labelled = np.zeros((len(shown), len(uses.words)), dtype=np.bool_)
    places = place[uses.image]
    labelled[places[places >= 0], uses.word[places >= 0]] = True
    return labelled


@dataclass(frozen=True)
class _Looked:
    """probability: (uses,), of the word on the picture. is_certain: (images,), of some class."""

    probability: NDArray[np.float32]
    is_certain: NDArray[np.bool_]

    @classmethod
    def at(
        cls,
        scorer: Scorer,
        embeddings: NDArray[np.float16],
        position: NDArray[np.intp],
        column: NDArray[np.intp],
    ) -> _Looked:
        """Score images a few at a time. position, column: (uses,)."""
        probability = np.zeros(len(position), dtype=np.float32)
        is_certain = np.zeros(len(embeddings), dtype=np.bool_)
        order = np.argsort(position, kind="stable")
        starts = np.searchsorted(position[order], np.arange(0, len(embeddings) + AT_ONCE, AT_ONCE))
        for number, first in enumerate(range(0, len(embeddings), AT_ONCE)):
            some = embeddings[first : first + AT_ONCE]
            scores = scorer.tag_probabilities(some)
            places = order[starts[number] : starts[number + 1]]
            probability[places] = scores[position[places] - first, column[places]]
            leaves = scores[:, scorer.vocabulary.leaves]
            is_certain[first : first + AT_ONCE] = leaves.max(axis=1) >= CERTAIN_PRESENT
        return cls(probability, is_certain)


def _taught_by_people(live: Scorer, decided: Collection[int]) -> Scorer:
    """Return the live version without the tags that only hashtags taught."""
    learned = live.head.learned_tags
    kept = learned.take(np.flatnonzero(np.isin(learned.tag_ids, list(decided))))
    return Scorer(live.model, replace(live.head, learned_tags=kept), live.words)


def _look(
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


def _unambiguous(
    uses: Uses,
    chosen: NDArray[np.intp],
    position: NDArray[np.intp],
    probability: NDArray[np.float32],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Keep one use of each ambiguous hashtag: that of the tag which its picture shows most.

    Returns the chosen uses, their images, and their places among the chosen before.
    """
    choice = uses.choice[chosen]
    order = np.lexsort((-probability, choice))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = choice[order][1:] != choice[order][:-1]
    is_kept = choice < 0
    is_kept[order[first & (choice[order] >= 0)]] = True
    kept = np.flatnonzero(is_kept)
    return chosen[kept], position[kept], kept

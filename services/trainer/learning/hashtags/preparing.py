"""Read the pictures of hashtags: embeddings, the live version's predictions, and the background."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.problem import network_alone
from services.trainer.learning.fitting.subspace import Subspace
from services.trainer.learning.hashtags.labels.choosing import (
    choose_background,
    choose_uses,
    frequent_words,
)
from services.trainer.learning.hashtags.labels.looking import AT_ONCE, Pictures, View
from services.trainer.learning.hashtags.labels.referee import (
    BackgroundPictures,
    contradicted,
    refuse,
)
from services.trainer.learning.hashtags.labels.uses import HashtagWord, Uses
from services.trainer.learning.hashtags.labels.weak_labels import Material, WeakLabels, weigh
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
    words = _KnownWords.of(pictures.uses.words, live, decided)
    views = _Views(
        View.of(live, pictures, words.safe_column),
        View.of(_taught_by_people(live, decided), pictures, words.safe_column),
        View.of(network_alone(live), pictures, words.safe_column),
    )
    is_refused, is_honest = _find_refused(pictures, words, views)
    pictures, views = pictures.beside(is_honest), views.beside(is_honest)
    kept = _unambiguous(pictures, views.people.probability)
    return _prepared(subspace, pictures.only(kept), words, views.only(kept), is_refused[kept])


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


@dataclass(frozen=True)
class _KnownWords:
    """What the live version knows of the words; (words,) each.

    column: in its vocabulary; -1: a candidate. is_known: whether the network or a words file knows
    the word. is_judged: whether it, or what people taught, is a referee of the word. is_everyday:
    whether the word may be beside anything.
    """

    column: NDArray[np.intp]
    is_known: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    is_everyday: NDArray[np.bool_]

    @classmethod
    def of(
        cls, words: Sequence[HashtagWord], live: Scorer, decided: Collection[int]
    ) -> _KnownWords:
        ids = [-1 if one.tag_id is None else one.tag_id for one in words]
        column = np.array([live.index.columns.get(tag_id, -1) for tag_id in ids], np.intp)
        safe = np.maximum(column, 0)
        is_known = (column >= 0) & live.is_known_before[safe]
        taught = set(decided) & set(live.head.learned_tags.tag_ids.tolist())
        is_everyday = np.array([live.vocabulary.tags[one].everyday for one in safe.tolist()])
        return cls(column, is_known, is_known | np.isin(ids, list(taught)), is_everyday)

    @property
    def safe_column(self) -> NDArray[np.intp]:
        """Return the columns with 0 for candidates, whose probabilities mean nothing."""
        return np.maximum(self.column, 0)


@dataclass(frozen=True)
class _Views:
    """Predictions of the live version, of it without what hashtags taught, and of the network."""

    live: View
    people: View
    network: View

    def only(self, kept: NDArray[np.intp]) -> _Views:
        return _Views(self.live.only(kept), self.people.only(kept), self.network.only(kept))

    def beside(self, honest: NDArray[np.bool_]) -> _Views:
        return _Views(*(view.beside(honest) for view in (self.live, self.people, self.network)))


def _find_refused(
    pictures: Pictures, words: _KnownWords, views: _Views
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which uses the referees refuse, (n,), and which background is honest, (m,)."""
    word = pictures.word
    wrong = contradicted(
        views.people.probability, views.network.is_certain, words.is_everyday[word]
    )
    background = BackgroundPictures(
        pictures.uses.owner[pictures.shown],
        pictures.labelled(),
        np.where(words.is_judged, views.people.background, np.float32(np.nan)),
    )
    unsupported, is_honest = refuse(word, pictures.owner, views.people.probability, background)
    return (wrong & words.is_known[word]) | unsupported, is_honest


def _prepared(
    subspace: Subspace,
    pictures: Pictures,
    words: _KnownWords,
    views: _Views,
    is_refused: NDArray[np.bool_],
) -> Prepared:
    """Return the pictures' features, with what is needed to train classifiers on them."""
    word, exists = pictures.word, words.column >= 0
    material = Material(
        *_look(subspace, pictures.embeddings),
        background=subspace.project(features(pictures.background)),
        image=pictures.position,
        word=word,
        owner=pictures.owner,
        weight=weigh(pictures.uses.hashtags)[pictures.uses.image[pictures.use]],
        network=views.network.probability,
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
        views.network.background,
        np.where(exists[word], views.live.probability, np.float32(0)),
        np.where(exists, views.live.background, np.float32(0)),
        words.column,
        words.is_known,
    )


def _taught_by_people(live: Scorer, decided: Collection[int]) -> Scorer:
    """Return the live version without the tags that only hashtags taught."""
    learned = live.head.learned_tags
    kept = learned.take(np.flatnonzero(np.isin(learned.tag_ids, list(decided))))
    return Scorer(live.model, replace(live.head, learned_tags=kept), live.index)


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

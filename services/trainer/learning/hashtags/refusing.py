"""Find the uses of hashtags that the live version or the network refuses to believe."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.trainer.learning.fitting.problem import network_alone
from services.trainer.learning.hashtags.labels.pictures import Pictures
from services.trainer.learning.hashtags.labels.predictions import Predictions
from services.trainer.learning.hashtags.labels.referee import (
    BackgroundPictures,
    contradicted,
    refuse,
)
from services.trainer.learning.hashtags.labels.uses import HashtagWord
from shared.model.scorer import Scorer


@dataclass(frozen=True)
class KnownWords:
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
    def of(cls, words: Sequence[HashtagWord], live: Scorer, decided: Collection[int]) -> KnownWords:
        """Look the words up; decided: ids of tags that people decided about."""
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
class AllPredictions:
    """Predictions of the live version, of it without what hashtags taught, and of the network."""

    live: Predictions
    people: Predictions
    network: Predictions

    @classmethod
    def of(
        cls, live: Scorer, pictures: Pictures, words: KnownWords, decided: Collection[int]
    ) -> AllPredictions:
        """Predict with each; decided: ids of tags that people decided about."""
        scorers = (live, _taught_by_people(live, decided), network_alone(live))
        return cls(*(Predictions.of(one, pictures, words.safe_column) for one in scorers))

    def only(self, kept: NDArray[np.intp]) -> AllPredictions:
        """Return the predictions for some of the uses; kept: positions among the chosen ones."""
        return AllPredictions(self.live.only(kept), self.people.only(kept), self.network.only(kept))

    def beside(self, honest: NDArray[np.bool_]) -> AllPredictions:
        """Return the predictions with a part of the background; honest: (m,)."""
        return AllPredictions(
            self.live.beside(honest), self.people.beside(honest), self.network.beside(honest)
        )


def refuse_uses(
    pictures: Pictures, words: KnownWords, predictions: AllPredictions
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which uses the referees refuse, (n,), and which background is honest, (m,)."""
    word = pictures.word
    probability = predictions.people.probability
    wrong = contradicted(probability, predictions.network.is_certain, words.is_everyday[word])
    background = BackgroundPictures(
        pictures.uses.owner[pictures.shown],
        pictures.labelled(),
        np.where(words.is_judged, predictions.people.background, np.float32(np.nan)),
    )
    unsupported, is_honest = refuse(word, pictures.owner, probability, background)
    return (wrong & words.is_known[word]) | unsupported, is_honest


def _taught_by_people(live: Scorer, decided: Collection[int]) -> Scorer:
    """Return the live version without the tags that only hashtags taught."""
    learned = live.head.learned_tags
    kept = learned.take(np.flatnonzero(np.isin(learned.tag_ids, list(decided))))
    return Scorer(live.model, replace(live.head, learned_tags=kept), live.index)

"""The model's and people's verdicts on all tags of one image, shown or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping

from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.tags.known_tag import Kind, KnownTag
from shared.db.tags.shown import ShownTag, find_decided
from shared.model.scorer import Scorer
from shared.model.vocabulary import Vocabulary
from shared.model.vocabulary_index import VocabularyIndex
from shared.web.context import context


@dataclass(frozen=True)
class Opinion:
    """Verdicts on every tag of one image.

    probabilities: (tags,) float32, the model's; NaN before the image is tagged, and for held-back
    tags. present, absent: (tags,) bool, people's decisions; if neither is true, the model decides.
    scorer: None before the image is tagged.
    """

    index: VocabularyIndex
    scorer: Scorer | None
    probabilities: NDArray[np.float32]
    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary; a tag's index in it is its column everywhere."""
        return self.index.vocabulary

    def sure(self, limits: float | NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which tags to show, (tags,): people's decisions, otherwise tags that reach their
        limit.
        """
        return self.present | (self.probabilities >= limits) & ~self.absent

    def shown_tag(self, column: int) -> ShownTag | None:
        """Return one tag's current state; None if neither the model nor a person has judged it."""
        tag = self.vocabulary.tags[column]
        if self.present[column] or self.absent[column]:
            confidence, source = float(self.present[column]), "user"
        elif np.isnan(self.probabilities[column]):
            return None
        else:
            confidence, source = float(self.probabilities[column]), "model"
        is_word = column < self.vocabulary.word_count
        kind: Kind = "wordnet" if is_word else "custom"
        return ShownTag(tag.slug, tag.name, kind, tag.owner, confidence, source)


def read_opinion(image: RowMapping, knowing: Sequence[KnownTag] = ()) -> Opinion:
    """Return the verdicts on an image, given by its row; the vocabulary has at least these tags.

    Raises:
        Unavailable: Postgres or the storage does not answer.
    """
    with transaction(context().engine) as connection:
        stored = find_embedding(connection, image["id"])
        decided = find_decided(connection, image["id"])
    # Tags that no model has learned are in no scorer, but people may have added them.
    named = [*decided, *knowing]
    if stored is None:
        scorer = None
        index = context().vocabulary.get().with_custom(named)
        probabilities = np.full(len(index.vocabulary), np.nan, np.float32)
    else:
        own = _scorer_of(stored["backbone_id"]).for_owner(image["owner"])
        scorer = replace(own, index=own.index.with_custom(named))
        index = scorer.index
        embedding = np.array(stored["embedding"], dtype=np.float16)
        probabilities = scorer.showable_probabilities(embedding[np.newaxis])[0]
    present = np.zeros(len(index.vocabulary), dtype=bool)
    absent = present.copy()
    for tag, is_present in decided.items():
        (present if is_present else absent)[index.columns[tag.id]] = True
    return Opinion(index, scorer, probabilities, present, absent)


def _scorer_of(backbone_id: int) -> Scorer:
    """Return the live scorer, even just after another network went live."""
    scorer = context().live.get()
    return scorer if scorer.model.backbone_id == backbone_id else context().live.look_again()

"""What the live model and people say of one image: of every tag, shown or not."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from shared.db.connection.engine import transaction
from shared.db.images.images import find_embedding
from shared.db.tags.tags import ShownTag, find_decided
from shared.model.scorer import Scorer
from shared.vocabulary import Vocabulary
from shared.web.context import context
from shared.web.requests.named import hidden_tags


@dataclass(frozen=True)
class Opinion:
    """Every tag's standing for one image.

    probabilities: (tags,) float32, the model's; NaN before the image is tagged, for tags that are
    held back, and for those that the caller does not know. present, absent: (tags,) bool, what
    people decided; where neither is true, the model decides. scorer: None before the image is
    tagged.
    """

    vocabulary: Vocabulary
    scorer: Scorer | None
    probabilities: NDArray[np.float32]
    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]

    def sure(self, limits: float | NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which tags to show, (tags,): what people decided, else what reaches its limit."""
        return self.present | (self.probabilities >= limits) & ~self.absent

    def shown_tag(self, column: int) -> ShownTag | None:
        """One tag as it stands; None where nobody has said anything yet."""
        slug = self.vocabulary.tags[column].slug
        if self.present[column] or self.absent[column]:
            return ShownTag(slug, float(self.present[column]), "user")
        if np.isnan(self.probabilities[column]):
            return None
        return ShownTag(slug, float(self.probabilities[column]), "model")


def read_opinion(image_id: UUID, knowing: Collection[str] = ()) -> Opinion:
    """What is said of an image; the vocabulary has at least these slugs.

    Raises:
        Unavailable: Postgres or the storage is away.
    """
    with transaction(context().engine) as connection:
        stored = find_embedding(connection, image_id)
        decided = find_decided(connection, image_id)
    slugs = {*decided, *knowing}
    if stored is None:
        scorer = None
        vocabulary = context().words.get(slugs).vocabulary
        probabilities = np.full(len(vocabulary), np.nan, np.float32)
    else:
        scorer = _scorer_knowing(slugs)
        vocabulary = scorer.vocabulary
        embedding = np.array(stored["embedding"], dtype=np.float16)
        probabilities = scorer.showable_probabilities(embedding[np.newaxis])[0]
    unknown = [slug for slug in hidden_tags() if vocabulary.knows([slug])]
    probabilities[[vocabulary.index(slug) for slug in unknown]] = np.nan
    present = np.zeros(len(vocabulary), dtype=bool)
    absent = present.copy()
    for slug, is_present in decided.items():
        (present if is_present else absent)[vocabulary.index(slug)] = True
    return Opinion(vocabulary, scorer, probabilities, present, absent)


def _scorer_knowing(slugs: Collection[str]) -> Scorer:
    """The live scorer, over words that have these slugs: a tag may be newer than its own."""
    scorer = context().live.get()
    if scorer.vocabulary.knows(slugs):
        return scorer
    return replace(scorer, words=context().words.get(slugs))

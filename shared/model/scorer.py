"""One version of the model over the vocabulary: embeddings → probabilities of all tags."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.db.models.models import LiveModel
from shared.model.head import Head
from shared.model.held_tags import held_columns
from shared.model.vocabulary_index import Words
from shared.vocabulary import Vocabulary


@dataclass(frozen=True)
class Scorer:
    """A head, and the words that its columns mean.

    hold: names of tags that are held back until a person confirms them.
    """

    model: LiveModel
    head: Head
    words: Words
    hold: frozenset[str] = frozenset()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words; a tag's place in them is its column everywhere."""
        return self.words.vocabulary

    @property
    def tag_ids(self) -> NDArray[np.int32]:
        """The database's id of each column, (tags,)."""
        return self.words.tag_ids

    @cached_property
    def taught_columns(self) -> NDArray[np.intp]:
        """The vocabulary's column of each taught tag, (taught,)."""
        order = np.argsort(self.tag_ids)
        return order[np.searchsorted(self.tag_ids, self.head.taught.tag_ids, sorter=order)]

    @cached_property
    def held_columns(self) -> NDArray[np.intp]:
        """The vocabulary's columns of tags that are held back, (held,)."""
        return held_columns(self.vocabulary, self.hold)

    def showable_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """As `tag_probabilities`, for what is shown: NaN, above no limit, for what is held back."""
        probabilities = self.tag_probabilities(embeddings)
        probabilities[:, self.held_columns] = np.nan
        return probabilities

    def tag_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Embeddings (n, dimensions) to probabilities of all tags (n, tags).

        A taught tag answers for itself. An ancestor that nobody taught has the sum of its leaves,
        taught ones with what they were taught, and at least the probability of each taught tag
        below it.
        """
        leaves = self.head.leaf_probabilities(embeddings)
        if not len(self.head.taught):
            return self.vocabulary.tag_probabilities(leaves)
        taught = self.head.taught.probabilities(embeddings, self.network_probabilities(leaves))
        is_leaf, leaf = self._taught_leaves
        leaves[:, leaf] = taught[:, is_leaf]
        sums = self.vocabulary.tag_probabilities(leaves)
        for column, probabilities in zip(self.taught_columns, taught.T, strict=True):
            above = self.vocabulary.ancestors(column)
            sums[:, above] = np.maximum(sums[:, above], probabilities[:, np.newaxis])
        sums[:, self.taught_columns] = taught
        return sums

    def network_probabilities(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network says of the taught tags: (n, leaves) to (n, taught); 0 for custom."""
        membership = self.vocabulary.membership
        network = np.zeros((len(leaves), len(self.taught_columns)), dtype=np.float32)
        own = self.taught_columns < membership.shape[1]
        network[:, own] = leaves @ membership[:, self.taught_columns[own]]
        return np.minimum(network, 1, out=network)

    @cached_property
    def _taught_leaves(self) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Which taught tags are leaves, (taught,), and those leaves' numbers."""
        numbers = np.full(len(self.vocabulary), -1)
        numbers[self.vocabulary.leaves] = np.arange(len(self.vocabulary.leaves))
        leaf = numbers[self.taught_columns]
        return leaf >= 0, leaf[leaf >= 0]

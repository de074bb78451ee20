"""One version of the model over the vocabulary: embeddings → probabilities of all tags."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.db.models.models import LiveModel
from shared.model.head import Head
from shared.model.held_tags import held_columns
from shared.model.vocabulary_index import VocabularyIndex
from shared.vocabulary import Vocabulary


@dataclass(frozen=True)
class Scorer:
    """A head, and the words that its columns mean.

    hold: names of tags that are held back until a person confirms them.
    """

    model: LiveModel
    head: Head
    words: VocabularyIndex
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
    def learned_columns(self) -> NDArray[np.intp]:
        """The vocabulary's column of each learned tag, (learned,)."""
        order = np.argsort(self.tag_ids)
        return order[np.searchsorted(self.tag_ids, self.head.learned_tags.tag_ids, sorter=order)]

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

        A learned tag answers for itself. An ancestor that is not learned has the sum of its leaves,
        learned ones with their own probability, and at least the probability of each learned tag
        below it.
        """
        leaves = self.head.leaf_probabilities(embeddings)
        if not len(self.head.learned_tags):
            return self.vocabulary.tag_probabilities(leaves)
        learned = self.head.learned_tags.probabilities(
            embeddings, self.network_probabilities(leaves)
        )
        is_leaf, leaf = self._learned_leaves
        leaves[:, leaf] = learned[:, is_leaf]
        sums = self.vocabulary.tag_probabilities(leaves)
        for column, probabilities in zip(self.learned_columns, learned.T, strict=True):
            above = self.vocabulary.ancestors(column)
            sums[:, above] = np.maximum(sums[:, above], probabilities[:, np.newaxis])
        sums[:, self.learned_columns] = learned
        return sums

    def network_probabilities(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network says of the learned tags: (n, leaves) to (n, learned); 0 for custom."""
        membership = self.vocabulary.membership
        network = np.zeros((len(leaves), len(self.learned_columns)), dtype=np.float32)
        own = self.learned_columns < membership.shape[1]
        network[:, own] = leaves @ membership[:, self.learned_columns[own]]
        return np.minimum(network, 1, out=network)

    @cached_property
    def _learned_leaves(self) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Which learned tags are leaves, (learned,), and those leaves' numbers."""
        numbers = np.full(len(self.vocabulary), -1)
        numbers[self.vocabulary.leaves] = np.arange(len(self.vocabulary.leaves))
        leaf = numbers[self.learned_columns]
        return leaf >= 0, leaf[leaf >= 0]

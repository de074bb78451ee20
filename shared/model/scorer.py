"""One version of the model over the vocabulary: embeddings → probabilities of all tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.db.models.models import LiveModel
from shared.db.tags.known_tag import KnownTag
from shared.model.head import Head
from shared.model.learned.own_tags import OwnTags
from shared.model.learned.tags import LearnedTags
from shared.model.vocabulary import Vocabulary
from shared.model.vocabulary.held_tags import held_columns
from shared.model.vocabulary_index import VocabularyIndex

# Probabilities in memory at once, 40 MB: with 12,000 words, those of a large training set would
# take half a gigabyte.
MAX_CELLS = 10_000_000


@dataclass(frozen=True)
class Scorer:
    """A head and the tags of its columns.

    head: with the shared learned tags. index: the vocabulary, followed by these tags. hold: names
    of tags held back until a person confirms them. own: learned tags of single owners, by owner.
    Tags that nothing has learned are not included.
    """

    model: LiveModel
    head: Head
    index: VocabularyIndex
    hold: frozenset[str] = frozenset()
    own: Mapping[str, OwnTags] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        model: LiveModel,
        head: Head,
        index: VocabularyIndex,
        custom: Sequence[KnownTag],
        hold: frozenset[str] = frozenset(),
    ) -> Scorer:
        """Split the learned tags of a head by owner.

        index: the vocabulary alone. custom: the custom tags that the head has learned. Tags that
        only the head knows were deleted, and are left out.
        """
        learned = head.learned_tags
        tags = {tag.id: tag for tag in custom}
        shared: list[int] = []
        owned: dict[str, list[int]] = defaultdict(list)
        for position, tag_id in enumerate(learned.tag_ids.tolist()):
            if tag_id in tags and (owner := tags[tag_id].owner) is not None:
                owned[owner].append(position)
            elif tag_id in tags or tag_id in index.columns:
                shared.append(position)
        if len(shared) < len(learned):
            head = replace(head, learned_tags=learned.take(np.array(shared, dtype=np.intp)))
        pretrained = head.pretrained
        kept = [
            position
            for position, tag_id in enumerate(pretrained.tag_ids.tolist())
            if tag_id in tags or tag_id in index.columns
        ]
        if len(kept) < len(pretrained):
            head = replace(head, pretrained=pretrained.take(np.array(kept, dtype=np.intp)))
        if head.text is not None:
            gone = [tag_id for tag_id in head.text.named_ids.tolist() if tag_id not in tags]
            if gone:
                head = head.with_text(head.text.without_named(gone))
        index = index.with_custom([tag for tag in custom if tag.owner is None])
        own = {
            owner: OwnTags.of(
                [tags[tag_id] for tag_id in learned.tag_ids[positions].tolist()],
                learned.take(np.array(positions, dtype=np.intp)),
                index.vocabulary,
                hold,
            )
            for owner, positions in owned.items()
        }
        return cls(model, head, index, hold, own)

    def for_owner(self, owner: str) -> Scorer:
        """Return this version with one owner's learned tags in its vocabulary."""
        own = self.own.get(owner)
        if own is None:
            return self
        head = replace(self.head, learned_tags=self.head.learned_tags.beside(own.learned))
        return Scorer(self.model, head, self.index.with_custom(own.tags), self.hold)

    def own_of(self, owners: Sequence[str]) -> Iterator[tuple[OwnTags, NDArray[np.intp]]]:
        """Yield the owners of images that have learned tags of their own, with their images'
        positions.
        """
        if not self.own:
            return
        for owner in set(owners) & self.own.keys():
            yield self.own[owner], np.array([n for n, one in enumerate(owners) if one == owner])

    def all_learned(self) -> LearnedTags:
        """Return the learned tags of the head that still exist."""
        return self.head.learned_tags.beside(*(own.learned for own in self.own.values()))

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary; a tag's index in it is its column everywhere."""
        return self.index.vocabulary

    @property
    def tag_ids(self) -> NDArray[np.int32]:
        """The database's id of each column, (tags,)."""
        return self.index.tag_ids

    @cached_property
    def learned_columns(self) -> NDArray[np.intp]:
        """The vocabulary's column of each learned tag, (learned,)."""
        return self._columns_of(self.head.learned_tags.tag_ids)

    @cached_property
    def pretrained_columns(self) -> NDArray[np.intp]:
        """The vocabulary's column of each pretrained tag, (pretrained,)."""
        return self._columns_of(self.head.pretrained.tag_ids)

    @cached_property
    def named_columns(self) -> NDArray[np.intp]:
        """The vocabulary's column of each tag that was made from its name alone, (named,)."""
        named = self.head.text.named_ids if self.head.text else np.empty(0, np.int32)
        return self._columns_of(named)

    @cached_property
    def is_known_before(self) -> NDArray[np.bool_]:
        """Which tags the model can score before anyone corrects them, (tags,)."""
        known = self.vocabulary.has_leaves.copy()
        known[self.pretrained_columns] = True
        known[self.named_columns] = True
        return known

    @cached_property
    def held_columns(self) -> NDArray[np.intp]:
        """The vocabulary's columns of held-back tags, (held,)."""
        return held_columns(self.vocabulary, self.hold)

    def showable_probabilities(
        self, embeddings: NDArray[np.floating], owners: Sequence[str] = ()
    ) -> NDArray[np.float32]:
        """Return `tag_probabilities`, with NaN, which is above no limit, for tags that may not be
        shown.

        These are held-back tags and, if `owners` (of the images) is given, shared tags that an
        owner's own tag of the same name replaces.
        """
        probabilities = self.tag_probabilities(embeddings)
        probabilities[:, self.held_columns] = np.nan
        for own, rows in self.own_of(owners):
            probabilities[np.ix_(rows, own.shadowed)] = np.nan
        return probabilities

    def tag_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return probabilities of all tags (n, tags) for embeddings (n, dimensions).

        A learned tag has its own probability. An ancestor that is not learned has the sum of its
        leaves, learned ones with their own probability, and at least the probability of each
        learned or pretrained tag below it. A pretrained tag has at least the sum of its leaves.
        """
        leaves = self.head.leaf_probabilities(embeddings)
        own = leaves.shape[1] - len(self.named_columns)
        leaves, named = leaves[:, :own], leaves[:, own:]
        network = self._combine(leaves)
        self._raise(network, self.named_columns, named)
        pretrained = self.head.pretrained.probabilities(
            embeddings, network[:, self.pretrained_columns]
        )
        self._raise(network, self.pretrained_columns, pretrained)
        if not len(self.head.learned_tags):
            return network
        learned = self.head.learned_tags.probabilities(embeddings, network[:, self.learned_columns])
        is_leaf, leaf = self._learned_leaves
        leaves[:, leaf] = learned[:, is_leaf]
        sums = self._combine(leaves)
        self._raise(sums, self.named_columns, named)
        self._raise(sums, self.pretrained_columns, pretrained)
        self._raise(sums, self.learned_columns, learned)
        sums[:, self.learned_columns] = learned
        return sums

    def _combine(self, leaves: NDArray[np.float32]) -> NDArray[np.float32]:
        independent = self.head.text is not None
        return self.vocabulary.tag_probabilities(leaves, independent=independent)

    def probabilities_of(
        self, embeddings: NDArray[np.floating], columns: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return probabilities of some tags, (n, columns), without holding those of all at once."""
        found = np.empty((len(embeddings), len(columns)), np.float32)
        step = max(1, MAX_CELLS // len(self.vocabulary))
        for start in range(0, len(embeddings), step):
            rows = slice(start, start + step)
            found[rows] = self.tag_probabilities(embeddings[rows])[:, columns]
        return found

    def _raise(
        self,
        sums: NDArray[np.float32],
        columns: NDArray[np.intp],
        probabilities: NDArray[np.float32],
    ) -> None:
        """Raise tags and their ancestors to at least these probabilities, (n, columns)."""
        by_tag = sums.T
        for column, of_tag in zip(columns, probabilities.T, strict=True):
            lifted = np.append(self.vocabulary.ancestors(column), column)
            by_tag[lifted] = np.maximum(by_tag[lifted], of_tag)

    def _columns_of(self, tag_ids: NDArray[np.int32]) -> NDArray[np.intp]:
        order = np.argsort(self.tag_ids)
        return order[np.searchsorted(self.tag_ids, tag_ids, sorter=order)]

    @cached_property
    def _learned_leaves(self) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Which learned tags are leaves, (learned,), and the numbers of those leaves."""
        # A class with narrower tags is a sum; what people taught replaces that, not one summand.
        numbers = {
            column: number
            for column, number in zip(
                self.vocabulary.leaves.tolist(), self.vocabulary.leaf_numbers.tolist(), strict=True
            )
            if self.vocabulary.is_only_a_leaf(column)
        }
        leaf = np.array([numbers.get(c, -1) for c in self.learned_columns.tolist()], dtype=np.intp)
        return leaf >= 0, leaf[leaf >= 0]

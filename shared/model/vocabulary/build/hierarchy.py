"""WordNet's hierarchy, reduced to the synsets that the vocabulary keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cache


class Hierarchy:
    """Links from each synset to the wider ones above it, by WordNet id."""

    def __init__(self, links: Mapping[str, Set[str]]) -> None:
        self._links = links
        self.ancestors = cache(self._ancestors)

    def _ancestors(self, synset: str) -> frozenset[str]:
        """Return all ancestors of a synset, without the synset."""
        return _union(self.ancestors(parent) | {parent} for parent in self._links[synset])

    def above(self, synsets: Iterable[str]) -> frozenset[str]:
        """Return all ancestors of any of the synsets."""
        return _union(self.ancestors(synset) for synset in synsets)

    def parents(self, synset: str, pruned: Set[str]) -> frozenset[str]:
        """Return the nearest ancestors that are not pruned, without those that another of them
        implies.
        """
        nearest = self._nearest(synset, pruned)
        return nearest - self.above(nearest)

    def _nearest(self, synset: str, pruned: Set[str]) -> frozenset[str]:
        return _union(
            self._nearest(parent, pruned) if parent in pruned else frozenset({parent})
            for parent in self._links[synset]
        )


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)

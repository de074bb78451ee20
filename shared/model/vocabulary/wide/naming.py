"""Give every synset a name of its own, the one that most people would use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from shared.model.names.text import slug
from shared.model.vocabulary.build.wordnet import Synset

# On the Zipf scale, a step is a factor of ten in frequency: a word has to be this much more common
# than WordNet's first to take its place.
MIN_ADVANTAGE = 1.0
MIN_ZIPF = 1.5


class Namer:
    """Chooses names. senses: synsets by lower-case noun, the most frequent first, as `read_senses`.

    zipf: how common a word is, as wordfreq's `zipf_frequency`. hurtful: words that no name has.
    """

    def __init__(
        self,
        synsets: Mapping[str, Synset],
        senses: Mapping[str, Sequence[str]],
        zipf: Callable[[str], float],
        hurtful: Set[str],
    ) -> None:
        self._synsets = synsets
        self._senses = senses
        self._zipf = zipf
        self._hurtful = hurtful

    def words(self, synset: str) -> list[str]:
        """Return the words of a synset that are fit to show; none if all are offensive."""
        return [word for word in self._synsets[synset].words if not self._hurts(word)]

    def name_all(self, chosen: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
        """Return a name for each synset; no two share a slug.

        given: names that are fixed. A word of several synsets names the one that it most often
        means; the others take another of their words, or say what they are: "crane (bird)".
        """
        names = dict(given)
        used = {slug(name) for name in given.values()}
        best = {synset: self._best_word(synset) for synset in chosen if synset not in given}
        for synset in sorted(best, key=lambda one: (self._rank(best[one], one), one)):
            names[synset] = self._free_name(synset, best[synset], used)
            used.add(slug(names[synset]))
        return names

    def _best_word(self, synset: str) -> str:
        words = self.words(synset)
        first = words[0]
        # Where a word's first meaning is another synset, people would think of that one.
        own = [word for word in words if self._rank(word, synset) == 0]
        common = max(own, key=self._zipf, default=first)
        advantage = self._zipf(common) - self._zipf(first)
        return common if self._zipf(common) > MIN_ZIPF and advantage > MIN_ADVANTAGE else first

    def _free_name(self, synset: str, best: str, used: Set[str]) -> str:
        for word in (best, *self.words(synset)):
            if slug(word) and slug(word) not in used:
                return word
        level = self._synsets[synset].hypernyms
        while level:
            for parent in level:
                name = f"{best} ({self._synsets[parent].words[0]})"
                if slug(name) not in used and not self._hurts(name):
                    return name
            level = tuple(above for one in level for above in self._synsets[one].hypernyms)
        raise ValueError(f"left_out.txt or names.txt: {synset} {best!r} needs a name of its own")

    def _rank(self, word: str, synset: str) -> int:
        """Return the number of more frequent meanings of a word."""
        senses = self._senses.get(word.lower(), ())
        return senses.index(synset) if synset in senses else len(senses)

    def _hurts(self, word: str) -> bool:
        parts = word.lower().replace("-", " ").replace("'", " ").replace("(", " ").split()
        return not self._hurtful.isdisjoint(parts)

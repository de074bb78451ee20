"""Look up texts as names: exact, variant, wider noun, likely typing error."""

from collections.abc import Callable, Collection, Mapping

from services.catalog.search.words.meaning import NOTHING, How, Named, Reading
from services.catalog.search.words.typos import NearNames
from shared.model.names.text import normalise
from shared.model.names.variants import plural_forms, spelling_forms
from shared.model.vocabulary.nouns.lookup import find_wider_tag

# Returns tags by the requested name; unknown names are left out.
Lookup = Callable[[Collection[str]], Mapping[str, Named]]


class NameIndex:
    """The names that one caller can use. by_wordnet_id: tags of WordNet; near: for typing errors.

    Names are looked up once, for all texts of a search.
    """

    def __init__(
        self,
        lookup: Lookup,
        texts: Collection[str],
        by_wordnet_id: Callable[[str], Named | None],
        near: NearNames,
    ) -> None:
        self._lookup = lookup
        self._by_wordnet_id = by_wordnet_id
        self._near = near
        forms = (plural_forms, spelling_forms)
        others = {form for text in texts for give in forms for form in give(text)}
        self._known = lookup({*texts, *others})

    def read(self, text: str) -> Reading:
        """Return the best meaning of a text as one name."""
        for read in (self.read_exactly, self.read_as_noun, self.read_with_errors):
            if reading := read(text):
                return reading
        return NOTHING

    def read_exactly(self, text: str) -> Reading | None:
        """Return the tag with this name or alias, or with a plural, singular or spelling variant of
        it.
        """
        named = self._known.get(text)
        if named is not None:
            is_name = normalise(text) in (normalise(named.slug), normalise(named.name))
            return Reading(named, How.EXACT if is_name else How.ALIAS)
        for how, forms in ((How.PLURAL, plural_forms), (How.SPELLING, spelling_forms)):
            for form in forms(text):
                if form in self._known:
                    return Reading(self._known[form], how)
        return None

    def read_as_noun(self, text: str) -> Reading | None:
        """Return the nearest wider tag of a noun that is not a name."""
        for noun in (normalise(text), *plural_forms(text)):
            tag = find_wider_tag(noun)
            named = self._by_wordnet_id(tag) if tag is not None else None
            if named is not None:
                return Reading(named, How.WORDNET)
        return None

    def read_with_errors(self, text: str) -> Reading | None:
        """Return the tag of the nearest name to a misspelled text, with other candidates."""
        near = self._near.find(normalise(text))
        known = self._lookup(near) if near else {}
        found = list({known[name].slug: known[name] for name in near if name in known}.values())
        return Reading(found[0], How.TYPO, tuple(found[1:])) if found else None

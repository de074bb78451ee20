"""The tag names that a caller can use in a search."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from services.catalog.search.words.meaning import Named
from services.catalog.search.words.names import NameIndex
from services.catalog.search.words.typos import NearNames
from shared.model.names.text import normalise
from shared.model.vocabulary import Vocabulary
from shared.web.context import context
from shared.web.requests.named import find_tags_named


def names_for(texts: Collection[str], owner: str | None) -> NameIndex:
    """Return the tags that these texts can mean. owner: whose tags come first; None: the caller's.

    Raises:
        Forbidden: it names an owner whose tags the caller may not see.
    """
    index = context().vocabulary.get()
    vocabulary = index.vocabulary
    slugs = _slugs_by_wordnet_id(vocabulary)

    def by_wordnet_id(wordnet_id: str) -> Named | None:
        slug = slugs.get(wordnet_id)
        if slug is None:
            return None
        tag = index.known(vocabulary.tags[vocabulary.index(slug)])
        return Named((tag.id,), tag.slug, tag.name)

    def look_up(asked: Collection[str]) -> Mapping[str, Named]:
        meant = find_tags_named(asked, owner)
        return {
            text: Named(tuple(meaning.ids), meaning.tag.slug, meaning.tag.name)
            for text, meaning in meant.items()
        }

    return NameIndex(look_up, texts, by_wordnet_id, _near_names(vocabulary))


@lru_cache(maxsize=1)
def _slugs_by_wordnet_id(vocabulary: Vocabulary) -> dict[str, str]:
    return {tag.wordnet_id: tag.slug for tag in vocabulary.tags if tag.wordnet_id}


@lru_cache(maxsize=1)
def _near_names(vocabulary: Vocabulary) -> NearNames:
    names = (name for tag in vocabulary.tags for name in (tag.name, *tag.aliases))
    return NearNames(normalise(name) for name in names)

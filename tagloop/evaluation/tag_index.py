"""The server's vocabulary: what a label means and what a tag implies."""

import re
from collections.abc import Iterable

from tagloop.client.documents import VocabularyTag


class TagIndex:
    """The tags of a server by every text that means them, and their ancestors."""

    def __init__(self, tags: Iterable[VocabularyTag]) -> None:
        self._tags = {tag.slug: tag for tag in tags}
        self._by_text: dict[str, str] = {}
        aliases: dict[str, set[str]] = {}
        for tag in self._tags.values():
            for alias in tag.aliases:
                aliases.setdefault(normalised(alias), set()).add(tag.slug)
        # The later ones win; an alias of several tags means none of them.
        self._by_text |= {text: min(slugs) for text, slugs in aliases.items() if len(slugs) == 1}
        self._by_text |= {normalised(tag.name): slug for slug, tag in self._tags.items()}
        self._by_text |= {tag.wordnet_id: slug for slug, tag in self._tags.items()}
        self._by_text |= {normalised(slug): slug for slug in self._tags}

    def resolve(self, label: str) -> str | None:
        """Return the slug of the tag that a label means; None if it means none or several."""
        return self._by_text.get(normalised(label))

    @property
    def everyday(self) -> frozenset[str]:
        """The slugs of everyday words, which may be right on a picture of anything else."""
        return frozenset(slug for slug, tag in self._tags.items() if tag.everyday)

    @property
    def narrowest(self) -> frozenset[str]:
        """The slugs of tags that no other tag implies."""
        return frozenset(self._tags) - {
            parent for tag in self._tags.values() for parent in tag.parents
        }

    def with_ancestors(self, slug: str) -> frozenset[str]:
        """Return a tag and everything that it implies."""
        found: set[str] = set()
        waiting = [slug]
        while waiting:
            current = waiting.pop()
            if current not in found and current in self._tags:
                found.add(current)
                waiting.extend(self._tags[current].parents)
        return frozenset(found)


def normalised(text: str) -> str:
    """Return a text without case, hyphens, underscores and spaces."""
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()

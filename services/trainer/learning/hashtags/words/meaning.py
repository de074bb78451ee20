"""Find the tag that a hashtag means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from shared.model.names.hashtag_words import key_of, split_words
from shared.model.names.variants import plural_forms, spelling_forms
from shared.model.vocabulary.nouns.lookup import PROPER_NAME, find_meanings
from shared.model.vocabulary_index import VocabularyIndex

# `dog2024` is a dog, and so is `dog1`; `coachella2024` may become a tag of every year.
_NUMBER_AT_END = re.compile(r"(?<=[^\W\d_]{3})\s?\d+$")
_YEAR_AT_END = re.compile(r"(?<=[^\W\d_]{3})\s?(19|20)\d\d$")

# Splits a run of words: `streetphotography`. None: it is none.
Split = Callable[[str], str | None]


@dataclass(frozen=True)
class Meaning:
    """What a hashtag means.

    key: the same for all spellings. name: its words. tags: ids of the tags that it may mean; of
    several, each picture's own tags decide; none: it may become a tag. wider: for such a word, ids
    of the tags that its noun implies; of several, the picture decides too.
    """

    key: str
    name: str
    tags: tuple[int, ...] = ()
    wider: tuple[int, ...] = ()


class HashtagReader:
    """Looks hashtags up: slug, name, alias, plural, spelling, then noun.

    index: the vocabulary and the shared custom tags. former: other names of custom tags, with
    their ids. merged: keys of synonyms, with the key of the word that each one means.
    """

    def __init__(
        self,
        index: VocabularyIndex,
        *,
        former: Iterable[tuple[str, int]] = (),
        merged: Mapping[str, str] | None = None,
        split: Split = lambda _: None,
    ) -> None:
        self._index = index
        self._merged = dict(merged or {})
        self._split = split
        self._ids: dict[str, list[int]] = defaultdict(list)
        for tag, tag_id in zip(index.vocabulary.tags, index.tag_ids.tolist(), strict=True):
            _add(self._ids, tag_id, (tag.slug, tag.name, *tag.aliases))
        for alias, tag_id in former:
            _add(self._ids, tag_id, (alias,))

    def read(self, hashtag: str) -> Meaning | None:
        """Return what a hashtag means; None if it has no letter, digit or symbol.

        A word that may become a tag is given in the singular if that is a known noun.
        """
        text = split_words(hashtag)
        if not key_of(text):
            return None
        text = self._merged.get(key_of(text), text)
        undated = _YEAR_AT_END.sub("", text)
        parted = (self._split(undated) if " " not in undated else None) or undated
        forms = [*_forms(text), *_forms(undated), *_forms(parted)]
        # Other numbers are part of the word: `windows11` is no window.
        forms.append(_NUMBER_AT_END.sub("", text))
        for form in forms:
            key = key_of(form)
            if tags := self._ids.get(key):
                return Meaning(key, form, tags=tuple(tags))
        return self._candidate(parted)

    def _candidate(self, text: str) -> Meaning:
        """Return the meaning of a word that no tag has, with the tags above its noun."""
        for noun in (text, *plural_forms(text)):
            meanings = find_meanings(noun)
            if meanings and PROPER_NAME not in meanings:
                tags = self._by_wordnet_id
                wider = tuple(tags[tag] for tag in meanings if tag in tags)
                return Meaning(key_of(noun), noun, wider=wider)
        return Meaning(key_of(text), text)

    @cached_property
    def _by_wordnet_id(self) -> dict[str, int]:
        return {
            tag.wordnet_id: tag_id
            for tag, tag_id in zip(
                self._index.vocabulary.tags, self._index.tag_ids.tolist(), strict=True
            )
            if tag.wordnet_id is not None
        }


def _forms(text: str) -> list[str]:
    """Return a name, its singular or plural, and its other spellings."""
    return [text, *plural_forms(text), *spelling_forms(text)]


def _add(ids: dict[str, list[int]], tag_id: int, names: Iterable[str]) -> None:
    for name in names:
        known = ids[key_of(name)]
        if tag_id not in known:
            known.append(tag_id)

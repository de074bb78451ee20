"""One tag of the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# How commonly people use a word, which decides the display order of tags.
Usage = Literal["common", "ordinary", "secondary", "vague"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that pictures can get.

    `parents` are the slugs of the next wider tags. `leaf` is the network's class, counted from 0;
    None for a tag whose probability is the sum of the leaves below it. A custom tag has neither,
    and no `wordnet_id`. `owner`: the owner of the tag; None: shared. `everyday` marks a word
    learned from photographs of scenes: see `services/trainer/words`. `more_leaves` are classes that
    have no tag of their own and count as this one.
    """

    slug: str
    name: str
    wordnet_id: str | None
    aliases: tuple[str, ...]
    parents: tuple[str, ...]
    definition: str
    leaf: int | None
    owner: str | None = None
    usage: Usage = "ordinary"
    everyday: bool = False
    more_leaves: tuple[int, ...] = ()

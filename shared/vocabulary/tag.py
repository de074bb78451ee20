"""One word of the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# How readily people use a word: it decides on the order in which tags are shown.
Usage = Literal["common", "ordinary", "secondary", "vague"]


@dataclass(frozen=True, slots=True)
class Tag:
    """What a picture can be tagged with.

    `parents` are the slugs of the next wider tags. `leaf` is the class, counted from 0, that the
    network predicts, or None for a tag whose probability is the sum of the leaves below it.
    A tag that people made has neither, and no `wordnet_id`. `owner`: whose tag it is; None:
    everybody's. `everyday` marks a word that is learned from photographs of scenes: see
    `services/trainer/words`.
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

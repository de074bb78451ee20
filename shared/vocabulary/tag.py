"""One word of the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tag:
    """What a picture can be tagged with.

    `parents` are the slugs of the next wider tags. `leaf` is the ImageNet class, 0 to 999, that
    the network predicts, or None for a tag whose probability is the sum of the leaves below it.
    A tag that people made has neither, and no `wordnet_id`. `owner`: whose tag it is; None:
    everybody's.
    """

    slug: str
    name: str
    wordnet_id: str | None
    aliases: tuple[str, ...]
    parents: tuple[str, ...]
    definition: str
    leaf: int | None
    owner: str | None = None

"""A tag as the database knows it."""

from dataclasses import dataclass
from typing import Literal

# dormant: a word of a network that was live before.
Kind = Literal["wordnet", "custom", "dormant"]


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag in the database. owner: its owner; None: it is shared."""

    id: int
    slug: str
    name: str
    kind: Kind
    owner: str | None

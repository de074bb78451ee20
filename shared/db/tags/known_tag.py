"""A tag as the database knows it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["wordnet", "custom"]


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag in the database. owner: its owner; None: it is shared."""

    id: int
    slug: str
    name: str
    kind: Kind
    owner: str | None

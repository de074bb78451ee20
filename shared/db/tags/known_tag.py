"""A tag as the database knows it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["wordnet", "custom"]


@dataclass(frozen=True, slots=True)
class KnownTag:
    """A tag. owner: whose it is; None: everybody's."""

    id: int
    slug: str
    name: str
    kind: Kind
    owner: str | None

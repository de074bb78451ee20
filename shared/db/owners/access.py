"""Whose images a caller may see and touch: handed to every query that answers a caller."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from shared.db.schema import images
from shared.errors import Forbidden


@dataclass(frozen=True)
class Access:
    """What a caller's images are. owner: only theirs; None: everybody's."""

    owner: str | None

    def allows(self) -> ColumnElement[bool]:
        """The condition on rows of `images` that every query for this caller carries."""
        return true() if self.owner is None else images.c.owner == self.owner

    def narrow(self, asked: str | None) -> str | None:
        """The owner that a request is about; None: everybody.

        asked: whom the request names, None if nobody.

        Raises:
            Forbidden: it names somebody else than the caller may ask about.
        """
        if self.owner is None or asked == self.owner:
            return asked
        if asked is not None:
            raise Forbidden(
                f"This key is bound to the owner {self.owner!r}; leave `owner` out, or use a key "
                "that is bound to nobody."
            )
        return self.owner


# Of the programs themselves, and of callers whose key is bound to no owner.
EVERYTHING = Access(owner=None)

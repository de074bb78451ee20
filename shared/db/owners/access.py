"""Which images a caller may see and change. Every query that answers a caller takes it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true

from shared.db.schema import images
from shared.errors import Forbidden


@dataclass(frozen=True)
class Access:
    """The images of a caller. owner: only this owner's; None: all."""

    owner: str | None

    def allows(self, owner: ColumnElement[str] = images.c.owner) -> ColumnElement[bool]:
        """Return the condition on rows of `images` that every query for this caller has.

        owner: the column that names the owner, where it is another table's.
        """
        return true() if self.owner is None else owner == self.owner

    def narrow(self, asked: str | None) -> str | None:
        """Return the owner that a request is about; None: all owners.

        asked: the owner that the request names, or None.

        Raises:
            Forbidden: the caller may not ask about this owner.
        """
        if self.owner is None or asked == self.owner:
            return asked
        if asked is not None:
            raise Forbidden(
                f"This key is bound to the owner {self.owner!r}; leave `owner` out, or use a key "
                "that is not bound to an owner."
            )
        return self.owner


# For the programs themselves, and for callers whose key is not bound to an owner.
EVERYTHING = Access(owner=None)

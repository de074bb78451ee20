"""Which tags somebody sees."""

from sqlalchemy import ColumnElement, and_, exists, or_, true

from shared.db.schema import tags


def in_sight(owner: str | None) -> ColumnElement[bool]:
    """The condition on `tags` for what somebody sees: shared tags, and their own instead of shared
    ones of the same name. None: everybody's tags.
    """
    if owner is None:
        return true()
    own = tags.alias()
    has_own = exists().where(own.c.owner == owner, own.c.slug == tags.c.slug)
    return or_(tags.c.owner == owner, and_(tags.c.owner.is_(None), ~has_own))

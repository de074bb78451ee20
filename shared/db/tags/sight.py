"""Which tags a caller sees."""

from sqlalchemy import ColumnElement, and_, exists, or_, true

from shared.db.schema import tags


def in_sight(owner: str | None) -> ColumnElement[bool]:
    """Return the condition on `tags` for what a caller sees.

    An owner sees shared tags, and their own instead of shared ones of the same name. None: every
    tag.
    """
    if owner is None:
        return true()
    own = tags.alias()
    has_own = exists().where(own.c.owner == owner, own.c.slug == tags.c.slug)
    return or_(tags.c.owner == owner, and_(tags.c.owner.is_(None), ~has_own))

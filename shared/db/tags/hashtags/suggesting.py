"""Find the hashtags of similar images."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, and_, exists, or_, select

from shared.db.owners.access import Access
from shared.db.schema import images, untrained_owners


def find_hashtags_of(
    connection: Connection, image_ids: Sequence[UUID], owner: str, access: Access
) -> dict[UUID, list[str]]:
    """Return the hashtags of images that the caller may see.

    owner: whose image the hashtags are for. Other owners' images are left out if they are kept out
    of training.
    """
    kept_out = exists().where(untrained_owners.c.owner == images.c.owner)
    query = select(images.c.id, images.c.hashtags).where(
        images.c.id.in_(image_ids),
        access.allows(),
        or_(images.c.owner == owner, and_(images.c.learn, ~kept_out)),
    )
    return {row.id: row.hashtags for row in connection.execute(query)}

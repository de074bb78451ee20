"""The image that a request names."""

from sqlalchemy import RowMapping

from shared.auth.door import caller_access
from shared.db.engine import transaction
from shared.db.images import find_image
from shared.errors import NotFound
from shared.image_ids import parse_image_id
from shared.web.context import context


def find_named_image(image_id: str) -> RowMapping:
    """The row of the image under this id; for a copy, of the image that it copies.

    Raises:
        NotFound: there is none, or it is not the caller's to see.
    """
    with transaction(context().engine) as connection:
        row = find_image(connection, parse_image_id(image_id), caller_access())
    if row is None:
        raise NotFound(f"There is no image {image_id!r}.")
    return row

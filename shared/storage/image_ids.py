"""Ids of images: UUIDv7, so that they sort by time of arrival."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.errors import NotFound

BITS_BELOW_TIME = 80
MAX_MILLISECONDS = 2**48 - 1


def new_image_id() -> UUID:
    """Return a new id, greater than every earlier one of this process."""
    return uuid7()


def first_id_of(moment: datetime) -> UUID:
    """Return the smallest id of an image that arrives at a moment, to the millisecond."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=min(milliseconds, MAX_MILLISECONDS) << BITS_BELOW_TIME)


def parse_image_id(text: str) -> UUID:
    """Parse an id from a request.

    Raises:
        NotFound: it is not an id that Tagloop could have given out.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"There is no image {text!r}.") from error


def read_image_ids(texts: Iterable[str]) -> list[UUID]:
    """Return the ids among a caller's texts, each once; texts that are not ids are left out."""
    ids: dict[UUID, None] = {}
    for text in texts:
        with suppress(ValueError):
            ids[UUID(text)] = None
    return list(ids)

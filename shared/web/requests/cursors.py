"""Pages of lists, and cursors: the position where a list goes on.

Cursors are opaque to callers, and checked when they come back.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from shared.errors import BadRequest

# The largest bigint of Postgres.
NUMBER_DIGITS = 18

Row = TypeVar("Row")


def cut_page(
    rows: Sequence[Row], limit: int, position: Callable[[Row], object]
) -> tuple[Sequence[Row], str | None]:
    """Return the rows of a page, and the cursor of the next page, or None.

    rows: `limit` and one more, if there are so many. position: returns what a row is found by.
    """
    page = rows[:limit]
    return page, encode_cursor(str(position(page[-1]))) if len(rows) > limit else None


def encode_cursor(position: str) -> str:
    """Return a position in a list as a cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Return the position in a cursor.

    Raises:
        BadRequest: this server did not make it.
    """
    try:
        padding = "=" * (-len(cursor) % 4)
        position = base64.b64decode(cursor + padding, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _malformed(cursor) from error
    if "\x00" in position:
        raise _malformed(cursor)
    return position


def decode_id_cursor(cursor: str) -> UUID:
    """Return the id of the last row of a page: an image, a delivery, an endpoint.

    Raises:
        BadRequest: it is not a cursor of a list of rows with such ids.
    """
    try:
        return UUID(decode_cursor(cursor))
    except ValueError as error:
        raise _malformed(cursor) from error


def decode_ranked_cursor(cursor: str) -> tuple[float, UUID]:
    """The confidence and the id that a page ended with, of a list by confidence.

    Raises:
        BadRequest: it is not a cursor of such a list.
    """
    confidence, _, image_id = decode_cursor(cursor).partition("/")
    try:
        found = float(confidence), UUID(image_id)
    except ValueError as error:
        raise _malformed(cursor) from error
    if not 0 <= found[0] <= 1:
        raise _malformed(cursor)
    return found


def decode_number_cursor(cursor: str) -> int:
    """Return the number of the last row of a page.

    Raises:
        BadRequest: it is not a cursor of a list of numbered rows.
    """
    position = decode_cursor(cursor)
    if not (position.isascii() and position.isdigit() and len(position) <= NUMBER_DIGITS):
        raise _malformed(cursor)
    return int(position)


def _malformed(cursor: str) -> BadRequest:
    return BadRequest(f"The cursor {cursor[:100]!r} is malformed; use `next` of the page before.")

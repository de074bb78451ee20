"""Pages of lists, and cursors: where a list goes on.

Cursors are opaque to callers, and checked when they come back.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from shared.errors import BadRequest

# What fits into a bigint of Postgres.
NUMBER_DIGITS = 18

Row = TypeVar("Row")


def cut_page(
    rows: Sequence[Row], limit: int, position: Callable[[Row], object]
) -> tuple[Sequence[Row], str | None]:
    """The rows of a page, and the cursor of the next one; None: there is none.

    rows: one more than `limit`, where there are so many. position: what a row is found by.
    """
    page = rows[:limit]
    return page, encode_cursor(str(position(page[-1]))) if len(rows) > limit else None


def encode_cursor(position: str) -> str:
    """A position in a list as a cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The position in a cursor.

    Raises:
        BadRequest: it is not one that this server gave out.
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
    """The id of the row that a page ended with: an image, a delivery, an endpoint.

    Raises:
        BadRequest: it is not a cursor of a list of rows with such ids.
    """
    try:
        return UUID(decode_cursor(cursor))
    except ValueError as error:
        raise _malformed(cursor) from error


def decode_number_cursor(cursor: str) -> int:
    """The number of the row that a page ended with.

    Raises:
        BadRequest: it is not a cursor of a list of numbered rows.
    """
    position = decode_cursor(cursor)
    if not (position.isascii() and position.isdigit() and len(position) <= NUMBER_DIGITS):
        raise _malformed(cursor)
    return int(position)


def _malformed(cursor: str) -> BadRequest:
    return BadRequest(f"The cursor {cursor[:100]!r} is malformed; use `next` of the page before.")

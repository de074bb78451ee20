"""Pages of lists, and cursors: the position after a page.

Cursors are opaque to callers, and validated when they come back.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from shared.errors import BadRequest

# Postgres's largest bigint.
NUMBER_DIGITS = 18

Row = TypeVar("Row")


def cut_page(
    rows: Sequence[Row], limit: int, position: Callable[[Row], object]
) -> tuple[Sequence[Row], str | None]:
    """Return the rows of a page, and the cursor of the next page, or None.

    rows: `limit` rows and one more, if there are any. position: returns the sort key of a row.
    """
    page = rows[:limit]
    return page, encode_cursor(str(position(page[-1]))) if len(rows) > limit else None


def encode_cursor(position: str) -> str:
    """Encode a position in a list as a cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Return the position in a cursor.

    Raises:
        BadRequest: this server did not create it.
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
    """Return the id of a page's last row, such as an image, a delivery or an endpoint.

    Raises:
        BadRequest: it is not a cursor of a list sorted by such ids.
    """
    try:
        return UUID(decode_cursor(cursor))
    except ValueError as error:
        raise _malformed(cursor) from error


def decode_ranked_cursor(cursor: str) -> tuple[float, UUID]:
    """Return the confidence and the id of a page's last row, in a list sorted by confidence.

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
    """Return the number of a page's last row.

    Raises:
        BadRequest: it is not a cursor of a list of numbered rows.
    """
    position = decode_cursor(cursor)
    if not (position.isascii() and position.isdigit() and len(position) <= NUMBER_DIGITS):
        raise _malformed(cursor)
    return int(position)


def _malformed(cursor: str) -> BadRequest:
    return BadRequest(f"The cursor {cursor[:100]!r} is malformed; use `next` of the previous page.")

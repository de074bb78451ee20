"""Read the body of a request, with or without a Content-Length, up to a limit."""

import sys

from flask import g, request

from shared.errors import BodyTooLarge
from shared.web.requests.body import open_body
from shared.web.requests.gathering import read_pieces

MEBIBYTE = 1024 * 1024
# Pictures stand in JSON as base64, which makes them a third larger.
MAX_JSON_BYTES = 16 * MEBIBYTE


def read_body(max_bytes: int = MAX_JSON_BYTES) -> bytearray:
    """Return the whole body. It is read once, perhaps already to verify a signature.

    Raises:
        BodyTooLarge: it has more than `max_bytes`.
        BadRequest: it broke off.
        TooSlow: it did not arrive in time.
    """
    known: bytearray | None = g.get("compat_body")
    if known is None:
        # Flask's own limit is for JSON without pictures.
        request.max_content_length = sys.maxsize
        known = bytearray()
        if (request.content_length or 0) <= max_bytes:
            for piece in read_pieces(open_body(request), max_bytes):
                known += piece
        g.compat_body = known
    if max(len(known), request.content_length or 0) > max_bytes:
        raise BodyTooLarge(f"The body has more than {max_bytes:,} bytes.")
    return known

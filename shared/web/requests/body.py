"""The stream of a request's body, as the client sent it or failed to."""

from typing import BinaryIO, cast

from flask import Request
from werkzeug.exceptions import HTTPException

from shared.errors import BadRequest


class BodyStream:
    """Reads a body to its end; a client that breaks off must not pass for one that is done.

    The server takes the end of the connection for the end of the body, and half a picture can be
    decoded as well as a whole one.
    """

    def __init__(self, request: Request) -> None:
        self._stream = request.stream
        self._missing_bytes = request.content_length

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end.

        Raises:
            BadRequest: the body is shorter than it was announced, or its chunks are malformed.
        """
        try:
            data = self._stream.read(size)
        except HTTPException:
            raise
        # The server's parser raises whatever it trips over.
        except Exception as error:
            raise BadRequest(
                f"The body broke off, or its chunked encoding is malformed: {error}."
            ) from error
        if self._missing_bytes is not None:
            self._missing_bytes -= len(data)
            if not data and self._missing_bytes > 0:
                raise BadRequest(
                    f"The body ended {self._missing_bytes:,} bytes before its Content-Length."
                )
        return data


def open_body(request: Request) -> BinaryIO:
    """The body of a request; only `read` is there."""
    return cast(BinaryIO, BodyStream(request))

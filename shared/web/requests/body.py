"""Read the body of a request and detect incomplete ones."""

from typing import BinaryIO, cast

from flask import Flask, Request, request

from shared.errors import BadRequest, TooSlow


class BodyStream:
    """Reads a body to its end and raises an error if the client disconnects early.

    The server treats a closed connection as the end of the body, and half a picture can often be
    decoded.
    """

    def __init__(self, stream: BinaryIO, content_length: int | None) -> None:
        self._stream = stream
        self._missing_bytes = content_length

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, or all; none at the end.

        Raises:
            BadRequest: the body is shorter than announced, or its chunks are malformed.
            TooSlow: it did not arrive in time.
        """
        try:
            data = self._stream.read(size)
        except TooSlow:
            raise
        # The server's parser raises exceptions of any type.
        except Exception as error:
            raise BadRequest(
                f"The body broke off, or its chunked encoding is malformed: {error}."
            ) from error
        if self._missing_bytes is not None:
            self._missing_bytes -= len(data)
            ended = size < 0 or (size > 0 and not data)
            if ended and self._missing_bytes > 0:
                raise BadRequest(
                    f"The body ended {self._missing_bytes:,} bytes before its Content-Length."
                )
        return data


def register_bodies(app: Flask) -> None:
    """Make an app read the bodies of all its requests with `BodyStream`."""

    def wrap_body() -> None:
        stream = cast(BinaryIO, request.environ["wsgi.input"])
        request.environ["wsgi.input"] = BodyStream(stream, request.content_length)

    app.before_request(wrap_body)


def open_body(request: Request) -> BinaryIO:
    """Return the body of a request, with only a `read` method."""
    return cast(BinaryIO, request.stream)

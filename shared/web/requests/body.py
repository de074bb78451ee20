"""The body of a request, as the client sent it or failed to."""

from typing import BinaryIO, cast

from flask import Flask, Request, request

from shared.errors import BadRequest, TooSlow


class BodyStream:
    """Reads a body to its end; a client that breaks off must not pass for one that is done.

    The server takes the end of the connection for the end of the body, and half a picture can be
    decoded as well as a whole one.
    """

    def __init__(self, stream: BinaryIO, content_length: int | None) -> None:
        self._stream = stream
        self._missing_bytes = content_length

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, or all; none at the end.

        Raises:
            BadRequest: the body is shorter than it was announced, or its chunks are malformed.
            TooSlow: it did not come in time.
        """
        try:
            data = self._stream.read(size)
        except TooSlow:
            raise
        # The server's parser raises whatever it trips over.
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
    """Have an app read the bodies of all its requests as above."""

    def wrap_body() -> None:
        stream = cast(BinaryIO, request.environ["wsgi.input"])
        request.environ["wsgi.input"] = BodyStream(stream, request.content_length)

    app.before_request(wrap_body)


def open_body(request: Request) -> BinaryIO:
    """The body of a request; only `read` is there."""
    return cast(BinaryIO, request.stream)

"""A refusal that arrives: a client sees no answer if its connection closes while it still sends."""

from flask import Flask, Response, request

CHUNK_BYTES = 64 * 1024
# Whoever sends more than this after a refusal has to live with a connection that is reset.
LINGER_BYTES = 64 * 1024 * 1024


def register_lingering(app: Flask) -> None:
    """Have an app read what is left of the body of a request that it refuses."""
    app.after_request(_read_rest)


def _read_rest(response: Response) -> Response:
    if response.status_code >= 400:
        body = request.environ["wsgi.input"]
        left = LINGER_BYTES
        try:
            while left > 0 and (chunk := body.read(CHUNK_BYTES)):
                left -= len(chunk)
        # The body is garbled or the client is gone; the answer stays what it is.
        except Exception:
            response.headers["Connection"] = "close"
    return response

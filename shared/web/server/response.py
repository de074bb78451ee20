"""Send a response without blocking on a slow client."""

from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.wsgi import Response

from shared.web.server.connection import ClientConnection, Outgoing


class PendingResponse:
    """A response that is not completely generated or sent yet."""

    def __init__(self, response: Response, pieces: Iterable[bytes]) -> None:
        """response: writes to an Outgoing. pieces: of its body, from the app."""
        self._outgoing: Outgoing = response.sock
        self._response = response
        self._pieces = pieces
        self._next = iter(pieces)
        self._is_made = False

    @property
    def keeps_connection(self) -> bool:
        """Whether the client may send another request on this connection."""
        return not self._response.should_close()

    @property
    def has_begun(self) -> bool:
        """Whether the client may have received some of it."""
        return bool(self._response.headers_sent)

    @property
    def sent_bytes(self) -> int:
        """Number of bytes that the client has accepted."""
        return self._outgoing.sent_bytes

    def send(self, patience_seconds: float) -> bool:
        """Send what the client accepts; return whether everything is sent.

        Pieces are generated only when there is room: a slow client costs no memory and no thread.

        Raises:
            OSError: the client has disconnected.
        """
        while self._outgoing.flush(patience_seconds):
            if self._is_made:
                return True
            piece = next(self._next, None)
            if piece is None:
                self._response.close()
                self._is_made = True
            else:
                self._response.write(piece)
        return False

    def close(self) -> None:
        """Let the app release the resources of the response."""
        close: Callable[[], None] | None = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class PacedResponse(Response):
    """Closes the connection if the client might still send an unwanted body."""

    def __init__(self, req: Any, sock: Outgoing, cfg: Any, conn: ClientConnection) -> None:
        super().__init__(req, sock, cfg)
        self._conn = conn

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        """Start the response, as WSGI defines it."""
        write = super().start_response(status, headers, exc_info)
        if not self._conn.arrival.is_whole and not _is_read(self.req.body.reader):
            self.force_close()
        return write


def _is_read(reader: Any) -> bool:
    """Return whether the body has been read to its end."""
    if isinstance(reader, LengthReader):
        return bool(reader.length == 0)
    return isinstance(reader, ChunkedReader) and reader.parser is None

"""A response on its way to a client, however slowly that reads."""

from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.wsgi import Response

from shared.web.server.connection import ClientConnection, Outgoing


class PendingResponse:
    """A response of which some may not have been made or sent yet."""

    def __init__(self, response: Response, pieces: Iterable[bytes]) -> None:
        """response: writes to an Outgoing. pieces: of its body, as the app gives them."""
        self._outgoing: Outgoing = response.sock
        self._response = response
        self._pieces = pieces
        self._next = iter(pieces)
        self._is_made = False

    @property
    def keeps_connection(self) -> bool:
        """Whether the client may send another request behind it."""
        return not self._response.should_close()

    @property
    def has_begun(self) -> bool:
        """Whether the client may have seen some of it."""
        return bool(self._response.headers_sent)

    @property
    def sent_bytes(self) -> int:
        """How much the client has taken."""
        return self._outgoing.sent_bytes

    def send(self, patience_seconds: float) -> bool:
        """Send what the client takes; return whether that was all.

        A piece is made when there is room for it: a slow client costs no memory and no thread.

        Raises:
            OSError: the client is gone.
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
        """Let the app free what it made the response from."""
        close: Callable[[], None] | None = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class PacedResponse(Response):
    """Ends the connection where the client may go on to send a body that is not wanted."""

    def __init__(self, req: Any, sock: Outgoing, cfg: Any, conn: ClientConnection) -> None:
        super().__init__(req, sock, cfg)
        self._conn = conn

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        """As WSGI has it."""
        write = super().start_response(status, headers, exc_info)
        if not self._conn.arrival.is_whole and not _is_read(self.req.body.reader):
            self.force_close()
        return write


def _is_read(reader: Any) -> bool:
    """Whether nothing more of a body is to come from the client."""
    if isinstance(reader, LengthReader):
        return bool(reader.length == 0)
    return isinstance(reader, ChunkedReader) and reader.parser is None

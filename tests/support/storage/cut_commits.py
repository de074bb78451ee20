"""A proxy to Postgres that can lose the response to a COMMIT, as a network does."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from tagloop.local.servers.postgres import PORT

COMMIT = b"COMMIT\x00"
CHUNK_BYTES = 64 * 1024


class CommitCutter:
    """Forwards connections to Postgres; once armed, cuts one at its COMMIT.

    Whether the transaction is committed, the client can't know: it gets no answer either way.
    """

    def __init__(self, database_url: str) -> None:
        target = make_url(database_url)
        self._socket = f"{target.query['host']}/.s.PGSQL.{PORT}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._passing: int | None = None
        self._reaches_server = True
        self.cuts = 0
        port = self._listener.getsockname()[1]
        self.url = (
            f"postgresql+psycopg2://{target.username}@127.0.0.1:{port}/{target.database}"
            "?sslmode=disable&gssencmode=disable"
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, passing: int = 0, *, reaches_server: bool = True) -> None:
        """Cut at the next COMMIT.

        passing: how many are answered before. reaches_server: whether that COMMIT still happens.
        """
        with self._lock:
            self._passing = passing
            self._reaches_server = reaches_server

    def close(self) -> None:
        """Accept no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._socket)
        with client, server, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            with contextlib.suppress(OSError):
                while True:
                    for key, _ in ready.select():
                        source: socket.socket = key.fileobj  # type: ignore[assignment]
                        data = source.recv(CHUNK_BYTES)
                        if not data:
                            return
                        is_cut = source is client and data.endswith(COMMIT) and self._is_next()
                        if not is_cut or self._reaches_server:
                            key.data.sendall(data)
                        if is_cut:
                            if self._reaches_server:
                                server.recv(CHUNK_BYTES)
                            self.cuts += 1
                            return

    def _is_next(self) -> bool:
        with self._lock:
            if self._passing is None:
                return False
            self._passing -= 1
            if self._passing >= 0:
                return False
            self._passing = None
            return True


@contextmanager
def cutting_commits(database_url: str) -> Iterator[CommitCutter]:
    """Run a cutter in front of a database of the embedded Postgres."""
    cutter = CommitCutter(database_url)
    try:
        yield cutter
    finally:
        cutter.close()

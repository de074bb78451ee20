"""gunicorn's worker, with what it lacks where strangers can reach it."""

import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import json
from gunicorn.errors import AppImportError
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from shared.errors import ConfigError
from shared.web.problems import MIME_TYPE


class WebWorker(ThreadWorker):
    """Ends with a sentence where a setting is wrong, and never waits, in the one thread that
    accepts connections, for a client to hang up.
    """

    def load_wsgi(self) -> None:
        """Make the app; what is wrong with a setting is one sentence, and ends gunicorn."""
        try:
            super().load_wsgi()
        except ConfigError as error:
            raise AppImportError(str(error)) from error

    def handle(self, conn: TConn) -> Any:
        """Serve one request; False: the connection is to be closed.

        gunicorn would then wait two seconds for the client's own end of it, and accept nobody
        meanwhile. With that end shut, what has arrived is read and there is nothing to wait for.
        """
        outcome = super().handle(conn)
        if outcome is False:
            # The client may have hung up already.
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)
        return outcome


def write_problem(client: socket.socket, status: int, title: str, detail: str) -> None:
    """Refuse what is no proper HTTP, in place of gunicorn's page in HTML."""
    body = json.dumps(
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail or HTTPStatus(status).description,
        }
    )
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: {MIME_TYPE}\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    write_nonblock(client, (head + body).encode())

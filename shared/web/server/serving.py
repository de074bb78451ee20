"""What the threads of a web process do: have the app answer a request, and send the response."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from shared.errors import TagloopError
from shared.web.server.connection import ClientConnection, Outgoing
from shared.web.server.refusals import write_error
from shared.web.server.response import PacedResponse, PendingResponse

# How long a thread waits for a client before it leaves the response to the poller.
PATIENCE_SECONDS = 0.05


class NextStep(Enum):
    """What to do with a connection after a thread is done with it."""

    REQUEST = "the client may send another request"
    ANSWER = "the client has to take more of its response first"
    CLOSE = "it ends"


class RequestServer:
    """Serves requests with the app of a gunicorn worker, in any thread."""

    def __init__(self, worker: ThreadWorker, may_keep_alive: Callable[[], bool]) -> None:
        """may_keep_alive: whether a client may send another request on its connection."""
        self._worker = worker
        self._may_keep_alive = may_keep_alive

    def serve(self, conn: ClientConnection, patience_seconds: float = PATIENCE_SECONDS) -> NextStep:
        """Have the app answer a request, and send as much as the client accepts."""
        request = None
        try:
            request = next(conn.parser)
            # The poller has already answered.
            request._expected_100_continue = False
            conn.answer = self._ask_app(conn, request)
            return self._send(conn, patience_seconds)
        except (StopIteration, NoMoreData, OSError):
            return NextStep.CLOSE  # The client has disconnected.
        except Exception as error:
            if conn.answer is not None and conn.answer.has_begun:
                self._worker.log.exception("A response broke off")
            elif isinstance(error, TagloopError):
                # Not even its first piece could be read: the file was just deleted, for example.
                write_error(conn.sock, error)
            else:
                self._worker.handle_error(request, conn.sock, conn.client, error)
            return NextStep.CLOSE

    def send_rest(self, conn: ClientConnection) -> NextStep:
        """Send more of a response, as much as the client accepts at once."""
        try:
            return self._send(conn, 0)
        except OSError:
            return NextStep.CLOSE  # The client has disconnected.
        except Exception:
            self._worker.log.exception("A response broke off")
            return NextStep.CLOSE

    def _send(self, conn: ClientConnection, patience_seconds: float) -> NextStep:
        sent_before = conn.answer.sent_bytes
        if not conn.answer.send(patience_seconds):
            conn.pace.count(conn.answer.sent_bytes - sent_before, 0)
            return NextStep.ANSWER
        # The unread rest of the body has arrived already, or the connection ends here.
        if conn.answer.keeps_connection and conn.parser.finish_body():
            conn.answer.close()
            return NextStep.REQUEST
        return NextStep.CLOSE

    def _ask_app(self, conn: ClientConnection, request: Any) -> PendingResponse:
        response, environ = wsgi.create(
            request,
            Outgoing(conn.sock),
            conn.client,
            conn.server,
            self._worker.cfg,
            response_class=PacedResponse,
            response_args=(conn,),
        )
        environ["wsgi.multithread"] = True
        if not self._may_keep_alive():
            response.force_close()
        return PendingResponse(response, self._worker.wsgi(environ, response.start_response))

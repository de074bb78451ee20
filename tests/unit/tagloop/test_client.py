"""The client and a server's responses, over real connections."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tagloop.bulk.patience import Stopped, patiently
from tagloop.client.client import Client
from tagloop.client.errors import NoAnswer, Refused, ServerBusy, ServerFailed

PROBLEM = {"type": "about:blank", "title": "No such thing", "status": 404, "detail": "It is gone."}
POLL_SECONDS = 0.01
Answer = tuple[int, dict[str, str], str]


class Server(HTTPServer):
    """Gives the prepared responses in turn; a response of None ends the connection."""

    answers: list[Answer | None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.answers.pop(0)
        if answer is None:
            self.connection.close()
            return
        status, headers, text = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at the client."""


@pytest.fixture
def answering() -> Iterator[Callable[..., Client]]:
    """Make a client of a server with these responses."""
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

        def make(*answers: Answer | None) -> Client:
            server.answers = list(answers)
            return Client(f"http://127.0.0.1:{server.server_port}/")

        yield make
        server.shutdown()


def problem(status: int, **headers: str) -> Answer:
    return status, headers, json.dumps(PROBLEM)


def test_a_refusal_carries_the_problem_document(answering: Callable[..., Client]) -> None:
    with pytest.raises(Refused, match=r"^It is gone\.$") as caught:
        answering(problem(404)).image("x")
    assert caught.value.problem == PROBLEM


def test_a_server_with_keys_asks_for_one_where_the_command_line_takes_it(
    answering: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAGLOOP_KEY", raising=False)
    with pytest.raises(Refused, match="needs a key: set TAGLOOP_KEY"):
        answering(problem(401)).image("1")
    monkeypatch.setenv("TAGLOOP_KEY", "tagloop_wrong")
    with pytest.raises(Refused) as refused:
        answering(problem(401)).image("1")
    assert "needs a key" not in str(refused.value)


def test_a_busy_server_says_when_to_retry(answering: Callable[..., Client]) -> None:
    with pytest.raises(ServerBusy) as caught:
        answering(problem(503, **{"Retry-After": "7"})).check()
    assert caught.value.retry_after_seconds == 7


def test_a_failure_of_the_server(answering: Callable[..., Client]) -> None:
    with pytest.raises(ServerFailed, match="HTTP status 502"):
        answering((502, {}, "<html>Bad gateway</html>")).check()


def test_another_program_answers(answering: Callable[..., Client]) -> None:
    with pytest.raises(NoAnswer, match="is not Tagloop"):
        answering((200, {}, "<html>Welcome</html>")).check()


def test_a_lost_connection(answering: Callable[..., Client]) -> None:
    with pytest.raises(NoAnswer, match="was lost"):
        answering(None).check()


@pytest.mark.parametrize("address", ["photos", "localhost:8080", "http://", "ftp://host"])
def test_a_text_that_is_not_an_address(address: str) -> None:
    with pytest.raises(NoAnswer, match="http://host:port"):
        Client(address)


def test_requests_are_retried_on_a_busy_server_and_a_lost_connection(
    answering: Callable[..., Client],
) -> None:
    busy = problem(503, **{"Retry-After": "0"})
    client = answering(busy, None, busy, (200, {}, '{"known": {"ab": "id"}}'))
    assert patiently(lambda: client.known("", ["ab"]), threading.Event()) == {"ab": "id"}


def test_a_refused_request_is_not_repeated(answering: Callable[..., Client]) -> None:
    with pytest.raises(Refused):
        patiently(answering(problem(400)).check, threading.Event())


def test_retrying_ends_when_no_one_waits_any_more(answering: Callable[..., Client]) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        patiently(answering(problem(503)).check, stop)

"""Uploads by URL with `wait=`, whose origin never answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import urllib3

WAIT_SECONDS = 60


@contextmanager
def waiters(address: str, count: int) -> Iterator[list[urllib3.BaseHTTPResponse]]:
    """Send a number of uploads at once, each with `wait=`; none gets its picture meanwhile.

    Yields a list of the answers so far.
    """
    answers: list[urllib3.BaseHTTPResponse] = []
    with socket.create_server(("127.0.0.1", 0), backlog=count) as origin:
        url = f"http://127.0.0.1:{origin.getsockname()[1]}"
        for number in range(count):
            threading.Thread(
                target=_wait, args=(address, f"{url}/{number}", answers), daemon=True
            ).start()
        yield answers


def _wait(address: str, url: str, answers: list[urllib3.BaseHTTPResponse]) -> None:
    path = f"/v1/images?wait={WAIT_SECONDS}"
    with suppress(urllib3.exceptions.HTTPError):
        answers.append(
            urllib3.request("POST", f"{address}{path}", json={"url": url}, retries=False)
        )

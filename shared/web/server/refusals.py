"""Answers that the server gives in the app's place, as problem documents."""

import socket
from collections.abc import Mapping
from http import HTTPStatus

from flask import json
from gunicorn.util import write_nonblock

from shared.errors import TagloopError, Unavailable
from shared.web.answers.problems import MIME_TYPE, problem_of


def write_problem(client: socket.socket, status: int, title: str, detail: str) -> None:
    """Send a problem document in place of gunicorn's HTML page."""
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or HTTPStatus(status).description,
    }
    _write(client, problem, {})


def write_error(client: socket.socket, error: TagloopError) -> None:
    """Send an error that occurred while the app generated its response."""
    headers = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_seconds)
    _write(client, problem_of(error), headers)


def _write(client: socket.socket, problem: Mapping[str, object], headers: dict[str, str]) -> None:
    body = json.dumps(problem)
    headers |= {
        "Connection": "close",
        "Content-Type": MIME_TYPE,
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(len(body)),
    }
    lines = [f"HTTP/1.1 {int(str(problem['status']))} {problem['title']}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    write_nonblock(client, "\r\n".join([*lines, "", body]).encode())

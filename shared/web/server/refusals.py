"""Answers to requests that are invalid HTTP or too slow."""

import socket
from http import HTTPStatus

from flask import json
from gunicorn.util import write_nonblock

from shared.web.problems import MIME_TYPE


def write_problem(client: socket.socket, status: int, title: str, detail: str) -> None:
    """Send a problem document in place of gunicorn's HTML page."""
    body = json.dumps(
        {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail or HTTPStatus(status).description,
        }
    )
    head = (
        f"HTTP/1.1 {int(status)} {title}\r\nConnection: close\r\nContent-Type: {MIME_TYPE}\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    write_nonblock(client, (head + body).encode())

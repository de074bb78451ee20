"""Give each request an id for its answer and its log lines, and count requests."""

import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from shared.observability import metrics
from shared.observability.logs import REQUEST_ID

HEADER = "X-Request-Id"
# The form of ids from a proxy; anything else could forge log lines.
ACCEPTED = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# Probes come every few seconds and would hide what clients experience.
COUNTED_PREFIXES = ("/v1/", "/compat/")
NO_ROUTE = "(none)"


def register_request_log(app: Flask, service: str) -> None:
    """Have an app log and count its requests."""

    def begin() -> None:
        g.begun_at = time.monotonic()
        g.request_id = _request_id()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**{REQUEST_ID: g.request_id})

    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        if request.path.startswith(COUNTED_PREFIXES):
            route = request.url_rule.rule if request.url_rule else NO_ROUTE
            metrics.requests.labels(service, route, str(response.status_code)).inc()
            metrics.request_seconds.labels(service).observe(time.monotonic() - g.begun_at)
        return response

    metrics.declare_outcomes()
    app.before_request(begin)
    app.after_request(end)


def _request_id() -> str:
    given = request.headers.get(HEADER, "")
    return given if ACCEPTED.fullmatch(given) else uuid4().hex

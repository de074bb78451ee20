"""Traces from a request over Celery to SQL, as a collector receives them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.acceptance.api import Api
from tests.acceptance.commands import ROCKET
from tests.acceptance.conftest import running
from tests.support.conditions import wait_for

pytestmark = pytest.mark.acceptance

EXPORT_SECONDS = 120.0
ENDS = {("tagloop-tagloop", "POST /v1/images"), ("tagloop-worker", "run/tagloop.tag_images")}


@dataclass(frozen=True)
class Span:
    """What a collector receives about one step."""

    service: str
    name: str
    trace: bytes


class Collector:
    """Receives traces by HTTP, as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def receive(self, body: bytes) -> None:
        """Record the spans of one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {a.key: a.value.string_value for a in resource.resource.attributes}
            self.spans += [
                Span(names["service.name"], span.name, span.trace_id)
                for scope in resource.scope_spans
                for span in scope.spans
            ]

    def trace_of(self, name: str) -> list[Span]:
        """Return all spans of the trace that has a span of this name."""
        traces = {span.trace for span in self.spans if span.name == name}
        return [span for span in self.spans if span.trace in traces]


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """A collector and its address."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.receive(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_an_upload_is_one_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as (collector, address):
        monkeypatch.setenv("TAGLOOP_OTLP_ENDPOINT", address)
        with running(tmp_path / "data") as server:
            Api(server.url).upload(ROCKET.read_bytes(), wait=30)

            def steps() -> set[tuple[str, str]]:
                trace = collector.trace_of("POST /v1/images")
                return {(span.service, span.name) for span in trace}

            # A step is exported when it is over: the whole task after its parts.
            wait_for(lambda: steps() >= ENDS, "both processes in one trace", EXPORT_SECONDS)
            names = {name for _, name in steps()}
    assert any(name.startswith(("INSERT", "UPDATE")) for name in names), names
    assert not any("metrics" in span.name for span in collector.spans)

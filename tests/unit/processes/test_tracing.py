"""Tracing costs nothing if it is off.

redis-py imports the API of OpenTelemetry wherever that is installed; what instruments and exports
is only for `shared/observability/tracing.py` to import.
"""

import subprocess
import sys

from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.observability.tracing import hide_query

CODE = """
import sys
from services.ingest.app import create_app
from shared.config import load_settings
create_app(load_settings(storage_url="file:///tmp"))
parts = ("opentelemetry.instrumentation", "opentelemetry.exporter")
print([name for name in sys.modules if name.startswith(parts)])
"""


def test_no_span_has_the_query_of_a_request() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = Flask(__name__)
    app.add_url_rule("/picture", None, lambda: "")
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider, response_hook=hide_query)

    app.test_client().get("/picture?key=tagloop_secret")

    [span] = exporter.get_finished_spans()
    assert "/picture" in str(span.attributes)
    assert "tagloop_secret" not in str(span.attributes)


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert done.stdout.strip().splitlines()[-1] == "[]"

"""OpenTelemetry traces from a request through Celery to SQL, if an endpoint is configured.

Without one, nothing of OpenTelemetry is imported.
"""

from typing import TYPE_CHECKING

from flask import Flask

from shared import __version__
from shared.config import Settings
from shared.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

TRACES_PATH = "/v1/traces"
# Requests that come every few seconds and are not worth a trace.
UNTRACED_PATHS = "healthz,readyz,metrics"
# Attributes of a request's span that hold its query, in the old and the new conventions.
ADDRESSES = ("http.target", "http.url", "url.full")
QUERY = "url.query"


def trace_web(settings: Settings, service: str, app: Flask) -> None:
    """Trace the requests of a web process and what they send to database and broker.

    Call it after the fork and before anything connects: exporting needs a thread, and connections
    are traced from their start.

    Raises:
        ConfigError: the OpenTelemetry packages are not installed.
    """
    if provider := _start(settings, service):
        from opentelemetry.instrumentation.flask import FlaskInstrumentor

        FlaskInstrumentor().instrument_app(
            app,
            tracer_provider=provider,
            excluded_urls=UNTRACED_PATHS,
            # A request hook would be too early: its changes are overwritten.
            response_hook=hide_query,
        )


def hide_query(span: "Span", *_: object) -> None:
    """Remove the query from a request's span: some clients send their key in it (`?key=`)."""
    for name, value in dict(getattr(span, "attributes", {})).items():
        if name in ADDRESSES:
            span.set_attribute(name, str(value).partition("?")[0])
        elif name == QUERY:
            span.set_attribute(name, "")


def trace_worker(settings: Settings, service: str) -> None:
    """Trace the tasks of a Celery process, each as part of the trace that sent it.

    See `trace_web`.
    """
    _start(settings, service)


def _start(settings: Settings, service: str) -> "TracerProvider | None":
    if not settings.otlp_endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError(
            "TAGLOOP_OTLP_ENDPOINT is set, but OpenTelemetry is not installed; run: "
            "pip install 'tagloop[tracing]'"
        ) from error
    resource = Resource.create(
        {"service.name": f"tagloop-{service}", "service.version": __version__}
    )
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(settings.otlp_endpoint.rstrip("/") + TRACES_PATH)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    CeleryInstrumentor().instrument(tracer_provider=provider)
    # The driver's instrumentation: the one for SQLAlchemy does not support 2.1 and later.
    Psycopg2Instrumentor().instrument(tracer_provider=provider)
    return provider

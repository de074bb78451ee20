"""Export a process' metrics to Prometheus, alone or together with others of its machine."""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from shared.errors import ConfigError, TagloopError

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def readable_registry() -> CollectorRegistry:
    """Return this process' metrics; where processes share a folder, the metrics of all of them."""
    folder = os.environ.get(MULTIPROCESS_VARIABLE)
    if folder is None:
        return REGISTRY
    forget_ended(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def forget_ended(folder: Path) -> None:
    """Remove the gauges of processes that have ended; their counters stay.

    A killed process cannot remove its own. All processes must share a PID namespace.
    """
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():
            # Another web process may be removing it too.
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))


def serve_metrics(port: int, check: Callable[[], None]) -> None:
    """Serve `/metrics` and `/healthz` on a port of this process, from a thread; 0: do not.

    check: raises TagloopError while the process makes no progress; `/healthz` is a 503 then.

    Raises:
        ConfigError: the port cannot be used.
    """
    if port == 0:
        return
    metrics = make_wsgi_app()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/healthz":
            return metrics(environ, start_response)
        status, sentence = "200 OK", "This process makes progress."
        try:
            check()
        except TagloopError as error:
            status, sentence = "503 Service Unavailable", str(error)
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [sentence.encode()]

    try:
        server = make_server("", port, answer, ThreadingWSGIServer, QuietHandler)
    except OSError as error:
        raise ConfigError(
            f"TAGLOOP_METRICS_PORT is {port}, but cannot be used ({error.strerror}); "
            "give each process of a machine a port of its own, or 0 for none."
        ) from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request: Prometheus and health checks come every few seconds."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Drop the line."""

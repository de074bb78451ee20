"""A process' metrics as Prometheus reads them; alone or together with others of its machine."""

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from shared.errors import ConfigError

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def readable_registry() -> CollectorRegistry:
    """What this process counts; where a folder is shared, what all its processes count."""
    folder = os.environ.get(MULTIPROCESS_VARIABLE)
    if folder is None:
        return REGISTRY
    forget_ended(Path(folder))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def forget_ended(folder: Path) -> None:
    """Remove the gauges of processes that have ended; their counters stay.

    A process that was killed could not say so itself. All that share a folder see each other.
    """
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():
            # Another web process may be about it as well.
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))


def serve_metrics(port: int) -> None:
    """Answer Prometheus on a port of this process' own, from a thread; 0: don't.

    Raises:
        ConfigError: the port can't be listened on.
    """
    if port == 0:
        return
    try:
        start_http_server(port)
    except OSError as error:
        raise ConfigError(
            f"TAGLOOP_METRICS_PORT is {port}, which cannot be listened on ({error.strerror}); "
            "give each process of a machine a port of its own, or 0 for none."
        ) from error

"""Start Postgres and Redis together, for the stack and for tests."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tagloop.local.datadir import DataDir, locked, open_data_dir
from tagloop.local.servers import postgres, redis
from tagloop.local.supervisor.signals import SignalWatch
from tagloop.local.supervisor.supervisor import Supervisor

READY_TIMEOUT_SECONDS = 60.0
NO_PORT = 0


def start(supervisor: Supervisor, data: DataDir) -> None:
    """Start both in parallel and wait until both answer.

    Raises LocalStackError when one cannot start.
    """
    redis.start(supervisor, data)
    postgres.start(supervisor, data)
    supervisor.wait_until(lambda: postgres.is_ready(data), "Postgres", READY_TIMEOUT_SECONDS)
    supervisor.wait_until(lambda: redis.is_ready(data), "Redis", READY_TIMEOUT_SECONDS)


@contextmanager
def running(path: Path) -> Iterator[DataDir]:
    """Run Postgres and Redis on a data folder while the block runs, and nothing else.

    `environment.database_url(data)` and `environment.broker_url(data)` give the addresses.
    """
    data = open_data_dir(path)
    with closing(SignalWatch()) as watch, locked(data, NO_PORT):
        supervisor = Supervisor(data.logs, print, watch)
        try:
            start(supervisor, data)
            yield data
        finally:
            supervisor.stop()

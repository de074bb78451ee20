"""A running `make up`, on a free port and a fresh data folder, shared by all acceptance tests."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.api import Api
from tests.acceptance.commands import COMMAND, Run
from tests.support.events.webhooks import KEY
from tests.support.requests.sending import send

PROJECT_ROOT = Path(__file__).parents[2]
READY_LINE = "Tagloop is up"
STOP_SECONDS = 120
# A lower limit makes a file that is over it quick to send; the origins that tests play are on this
# machine, and what hangs should not hold a test up for long.
MAX_IMAGE_BYTES = 5 * 1024 * 1024
FETCH_SECONDS = 2
LEASE_SECONDS = 15
SETTINGS = {
    "TAGLOOP_MAX_IMAGE_BYTES": str(MAX_IMAGE_BYTES),
    "TAGLOOP_FETCH_ALLOWED_HOSTS": '["127.0.0.1"]',
    "TAGLOOP_DELIVERY_ALLOWED_HOSTS": '["127.0.0.1"]',
    "TAGLOOP_FETCH_SECONDS": str(FETCH_SECONDS),
    "TAGLOOP_LEASE_SECONDS": str(LEASE_SECONDS),
    "TAGLOOP_WEBHOOK_STANDARD_SECRET": KEY,
}


@dataclass(frozen=True)
class Server:
    """A running Tagloop."""

    url: str
    data: Path
    pid: int


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Tagloop, which Ctrl-C has to stop cleanly at the end."""
    with running(tmp_path_factory.mktemp("tagloop") / "data") as server:
        yield server


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Tagloop that asks for keys."""
    with running(tmp_path_factory.mktemp("locked") / "data", TAGLOOP_AUTH="true") as server:
        yield server


@pytest.fixture(scope="session")
def api(server: Server) -> Api:
    """The server's HTTP API."""
    return Api(server.url)


@pytest.fixture
def tagloop(server: Server) -> Run:
    """Run a command against the server."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(os.fspath, map(str, arguments))],
            cwd=PROJECT_ROOT,
            env=os.environ | {"TAGLOOP_SERVER": server.url, "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Server]:
    """Run a separate Tagloop on a data folder; Ctrl-C has to stop it cleanly at the end."""
    port = free_port()
    process = subprocess.Popen(
        up_command(data, port),
        cwd=PROJECT_ROOT,
        env=os.environ | SETTINGS | settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if READY_LINE in line:
                break
        else:
            pytest.fail(f"`tagloop up` ended: {''.join(said)}")
        url = f"http://127.0.0.1:{port}"
        assert send("GET", f"{url}/readyz").status == 200
        yield Server(url, data, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == 0, rest


def up_command(data: Path, port: int) -> list[str]:
    """Return the command that `make up` runs."""
    return [sys.executable, "-m", "tagloop.cli", "up", "--port", str(port), "--data", str(data)]


def free_port() -> int:
    """Return a port that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""The stack refuses to start where it would get in the way, in one sentence each."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagloop.local import stack
from tagloop.local.datadir import open_data_dir
from tagloop.local.environment import child_environment
from tagloop.local.errors import DataInUseError, PortInUseError
from tagloop.local.servers import backing
from tagloop.local.supervisor.child import PROJECT_ROOT


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_refused_before_anything_starts(tmp_path: Path, busy_port: int) -> None:
    with pytest.raises(PortInUseError, match=f"Port {busy_port} .* make up PORT=9000"):
        stack.up(busy_port, tmp_path)

    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_an_invalid_port_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(PortInUseError, match="There is no port"):
        stack.up(port, tmp_path)


def test_data_that_another_copy_holds_is_refused(tmp_path: Path, busy_port: int) -> None:
    with backing.running(tmp_path):
        with pytest.raises(DataInUseError, match="is in use by Tagloop process"):
            stack.up(busy_port, tmp_path)


def test_children_are_sent_to_the_embedded_services_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "database.example.com")
    monkeypatch.setenv("TAGLOOP_DATABASE_URL", "postgresql://database.example.com/other")
    data = open_data_dir(tmp_path)

    environment = child_environment(data)

    assert "PGHOST" not in environment
    assert environment["TAGLOOP_DATABASE_URL"].endswith(f"@/tagloop?host={data.sockets}")
    assert environment["TAGLOOP_STORAGE_URL"] == f"file://{data.blobs}"


def test_a_missing_python_is_reported_in_one_sentence(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    finished = subprocess.run(
        ["make", "install", f"VENV={venv}", "PYTHONS=/no/such/python"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode != 0
    assert "Tagloop needs Python 3.11 or later" in finished.stderr
    assert not venv.exists()

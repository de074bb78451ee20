"""`make up` itself: what it refuses, how it restarts, how it ends."""

import subprocess
from pathlib import Path

import pytest

from tests.acceptance.api import Api
from tests.acceptance.conftest import PROJECT_ROOT, Server, free_port, running, up_command
from tests.acceptance.processes import descendants, matching, resident_bytes
from tests.support.pictures.pictures import READABLE

pytestmark = pytest.mark.acceptance

WEB = "gunicorn"
MAX_WEB_BYTES = 150 * 1024 * 1024
REFUSAL_SECONDS = 60


def refused(data: Path, port: int) -> str:
    """Return the one line in which a start is refused."""
    done = subprocess.run(
        up_command(data, port),
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=REFUSAL_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_second_copy_on_the_same_data_is_refused(server: Server) -> None:
    said = refused(server.data, free_port())

    assert str(server.data) in said
    assert str(server.pid) in said
    assert "make up DATA=" in said


def test_a_port_in_use_is_refused(server: Server, tmp_path: Path) -> None:
    port = int(server.url.rpartition(":")[2])

    said = refused(tmp_path, port)

    assert f"Port {port}" in said
    assert "make up PORT=" in said


def test_an_impossible_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "make up DATA=" in refused(tmp_path / "file" / "data", free_port())


def test_a_second_start_finds_everything_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    picture = READABLE["JPEG"]()
    with running(data) as server:
        first = Api(server.url).upload(picture, wait=30).json()
        below = descendants(server.pid)
    # `running` has stopped it as Ctrl-C does and checked its exit code.
    left = {pid: command for pid, command in below.items() if Path(f"/proc/{pid}").exists()}
    assert left == {}

    with running(data) as server:
        api = Api(server.url)
        assert api.get(first["url"]) == first
        assert api.request("GET", f"{first['url']}/file").data == picture
        again = api.upload(picture)
        assert (again.status, again.json()["id"]) == (200, first["id"])


def test_web_processes_stay_small(server: Server) -> None:
    sizes = {pid: resident_bytes(pid) for pid in matching(server.pid, WEB)}

    assert sizes
    assert max(sizes.values()) < MAX_WEB_BYTES, sizes

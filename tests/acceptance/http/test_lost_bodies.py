"""A response whose body cannot be made is answered with the error, not as a fault of the server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.acceptance.conftest import PROJECT_ROOT, free_port
from tests.support.conditions import wait_for
from tests.support.requests.sending import send

pytestmark = pytest.mark.acceptance


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a web app that fails to make its bodies, behind our gunicorn."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "1"]
    command += ["--config", "python:shared.web.server.gunicorn_config"]
    command += ["--bind", f"127.0.0.1:{port}", "tests.acceptance.unreadable:app"]
    environment = os.environ | {"TAGLOOP_STORAGE_URL": f"file://{tmp_path}"}
    with subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_a_file_that_vanishes_before_its_first_byte_is_answered_with_an_error(server: str) -> None:
    def answers() -> bool:
        try:
            return bool(urllib3.request("GET", f"{server}/nowhere", retries=False).status)
        except urllib3.exceptions.HTTPError:
            return False

    wait_for(answers, "the server answers")

    gone = send("GET", f"{server}/deleted", retries=False)
    away = send("GET", f"{server}/away", retries=False)

    assert (gone.status, gone.headers["Content-Type"]) == (404, "application/problem+json")
    assert gone.json()["detail"] == "The stored file is gone."
    assert away.status == 503
    assert int(away.headers["Retry-After"]) > 0

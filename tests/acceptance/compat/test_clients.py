"""The vendors' own clients, with only the address changed, in a separate environment."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.auth.scopes import Scope
from tests.acceptance.compat.conftest import MakeAwsKey, MakeKey
from tests.acceptance.conftest import PROJECT_ROOT, Server

pytestmark = pytest.mark.acceptance

PYTHON = PROJECT_ROOT / ".venv-clients" / "bin" / "python"
SCRIPTS = PROJECT_ROOT / "tests" / "clients"
SECONDS = 120

needs_clients = pytest.mark.skipif(
    not PYTHON.exists() and "CI" not in os.environ, reason="`make clients` has not been run"
)
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (SCRIPTS / "node_modules").exists(),
    reason="needs node, and `make clients` run where npm is",
)


def run(*command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stdout.strip().endswith("ok"), done.stdout + done.stderr


@needs_clients
@pytest.mark.parametrize("script", ["google_vision", "azure_vision"])
def test_a_python_client_is_answered_and_raises_its_own_exceptions(
    locked: Server, make_key: MakeKey, photos: dict[str, Path], script: str
) -> None:
    keys = (make_key(), make_key(Scope.READ))

    run(PYTHON, "-m", f"tests.clients.{script}", locked.url, *keys, photos["cat"], photos["rocket"])


@needs_node
def test_the_sdk_for_javascript_is_answered_and_raises_its_own_exceptions(
    locked: Server, make_aws_key: MakeAwsKey, photos: dict[str, Path]
) -> None:
    run("node", SCRIPTS / "rekognition.mjs", locked.url, *make_aws_key(), photos["cat"])

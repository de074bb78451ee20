"""The running API against its own description: requests that fit it, almost fit it, and don't.

`SCHEMATHESIS_CASES=2000` asks for at least that many; by default there are a few hundred.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.api import Api
from tests.acceptance.conftest import Server

pytestmark = pytest.mark.acceptance

CASES_VARIABLE = "SCHEMATHESIS_CASES"
FEW_CASES = 300
# Of a run with 2,000 cases, on two cores.
MAX_SECONDS = 900
SEED = 1


@pytest.mark.timeout(MAX_SECONDS + 60)
def test_no_operation_answers_with_a_server_error(server: Server, api: Api, tmp_path: Path) -> None:
    wanted = int(os.environ.get(CASES_VARIABLE, FEW_CASES))
    operations = sum(len(item) for item in api.get("/openapi.json")["paths"].values())
    report = tmp_path / "report.json"

    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json"),
            *("--checks", "not_a_server_error", "--phases", "coverage,fuzzing"),
            *("--max-examples", str(1 + wanted // operations), "--seed", str(SEED)),
            *("--generation-database", "none", "--no-color", "--warnings", "off"),
            *("--report-json-path", str(report)),
        ],
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    found = json.loads(report.read_text())
    assert found["operations"]["tested"] == operations
    assert found["test_cases"]["generated"] >= wanted

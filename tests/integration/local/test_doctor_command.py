"""`tagloop doctor` as a person runs it, on a data folder whose services stop answering."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from shared.db.connection.engine import connect_engine
from shared.db.migrate.run import migrate
from tagloop.local.datadir import DataDir
from tagloop.local.environment import database_url
from tagloop.local.servers import backing
from tagloop.local.supervisor.child import PROJECT_ROOT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataDir]:
    """Postgres and Redis on a data folder, and no worker so far."""
    with backing.running(tmp_path_factory.mktemp("data")) as data:
        engine = connect_engine(database_url(data))
        migrate(engine)
        engine.dispose()
        yield data


def doctor(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tagloop.cli", "doctor", "--data", str(folder), *options],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def frozen(program: str) -> Iterator[None]:
    """Children of this process whose program has this name do not answer."""
    processes = [
        process
        for child in psutil.Process().children()
        if program in child.name()
        for process in (child, *child.children())
    ]
    assert processes
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def test_each_part_is_a_line(data: DataDir) -> None:
    done = doctor(data.root)

    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert wrong == [
        "wrong model         There is no model yet: the first worker makes it when it starts; "
        "start one."
    ]


@pytest.mark.parametrize(("program", "part"), [("redis", "broker"), ("postgres", "database")])
def test_a_service_that_does_not_answer_is_named(data: DataDir, program: str, part: str) -> None:
    with frozen(program):
        done = doctor(data.root, "--json")

    assert done.returncode == 1
    findings = json.loads(done.stdout)["findings"]
    assert part in [finding["part"] for finding in findings if not finding["is_well"]]


def test_a_folder_without_data_is_reported_in_one_sentence(tmp_path: Path) -> None:
    done = doctor(tmp_path)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path} is not a data folder of Tagloop")
    assert not list(tmp_path.iterdir())

"""When a worker that makes no progress is ended."""

import os
import signal
import sys
import time
from pathlib import Path
from subprocess import run

import pytest

from services.worker.health.check import (
    EVERY_OTHER_PROCESS,
    GRACE_SECONDS,
    INIT,
    STALLED_SECONDS,
    end_worker,
    find_problem,
    seconds_unwell,
)
from shared.errors import Stalled
from shared.observability.metrics_export import serve_metrics
from tests.acceptance.conftest import free_port


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "stalled"


def age(state: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(state, (moment, moment))


def test_the_time_counts_from_the_first_failed_check(state: Path) -> None:
    assert seconds_unwell(state, is_well=False) < 1
    age(state, 50)
    assert seconds_unwell(state, is_well=False) >= 50


def test_the_time_begins_again_once_the_worker_is_well(state: Path) -> None:
    seconds_unwell(state, is_well=False)
    age(state, 50)
    seconds_unwell(state, is_well=True)

    assert seconds_unwell(state, is_well=False) < 1


@pytest.mark.parametrize(
    ("seconds", "sent"),
    [
        (STALLED_SECONDS - 1, []),
        (STALLED_SECONDS + 1, [(INIT, signal.SIGTERM)]),
        (STALLED_SECONDS + GRACE_SECONDS + 1, [(EVERY_OTHER_PROCESS, signal.SIGKILL)]),
    ],
)
def test_it_is_asked_to_end_and_then_killed(
    seconds: float, sent: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    signals: list[tuple[int, int]] = []
    # The real call would end this test.
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append((pid, number)))

    end_worker(seconds)

    assert signals == sent


def test_the_worker_says_whether_it_makes_progress() -> None:
    problem: list[Stalled] = []

    def progress() -> None:
        if problem:
            raise problem[0]

    port = free_port()
    serve_metrics(port, progress)

    assert find_problem(str(port)) is None
    problem.append(Stalled("Nothing is tagged."))
    assert find_problem(str(port)) == "Nothing is tagged."
    assert "does not answer" in (find_problem(str(free_port())) or "")


def test_the_check_loads_nothing_but_the_standard_library() -> None:
    code = "import sys, services.worker.health.check; print(*sys.modules)"
    loaded = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert not {"pydantic", "sqlalchemy", "celery", "prometheus_client"} & set(loaded.split())

"""When a worker that makes no progress is given up."""

import os
import time
from pathlib import Path

import pytest

from services.worker.healthcheck import STALLED_SECONDS, is_overdue


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "stalled"


def age(state: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(state, (moment, moment))


def test_it_has_some_time(state: Path) -> None:
    assert not is_overdue(state, works=False)
    assert not is_overdue(state, works=False)


def test_it_is_overdue_after_that(state: Path) -> None:
    is_overdue(state, works=False)
    age(state, STALLED_SECONDS + 1)

    assert is_overdue(state, works=False)


def test_the_time_begins_again_once_it_works(state: Path) -> None:
    is_overdue(state, works=False)
    age(state, STALLED_SECONDS + 1)
    is_overdue(state, works=True)

    assert not is_overdue(state, works=False)

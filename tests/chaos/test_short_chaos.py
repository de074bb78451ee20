"""A short schedule of faults in every run of the tests; `make chaos` plays long ones."""

from pathlib import Path

import pytest

from tests.chaos.run import Plan, run

# The seed stays, so that a failure here comes from a change and not from chance. With this one,
# everything is killed once, most parts too, Redis stays away, and a picture hangs its decoder.
SHORT = Plan(faults=8, seed=164430, max_seconds=90, max_freeze_seconds=3)


@pytest.mark.acceptance
def test_nothing_is_lost_and_nothing_gets_stuck(tmp_path: Path) -> None:
    outcome = run(SHORT, tmp_path, lambda struck: None)

    assert not outcome.broken
    assert outcome.audit.tagged > 0

"""Reading a header costs next to nothing, whatever a file of the largest size contains."""

import pytest

from bench.headers.hostile import HOSTILE
from bench.headers.measure import measure

MAX_MILLISECONDS = 50
MAX_MEBIBYTES = 16
AT_ONCE = 3
ATTEMPTS = 3


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_costs_little_time_and_memory(name: str) -> None:
    content = HOSTILE[name]()

    # CPU time, the best of some: other processes on this machine must not count.
    looks = [measure(content) for _ in range(ATTEMPTS)]

    assert min(look.milliseconds for look in looks) < MAX_MILLISECONDS
    assert min(look.mebibytes for look in looks) < MAX_MEBIBYTES


def test_three_batches_at_once_take_no_longer_each() -> None:
    content = HOSTILE["JPEG, 48 MB of segments of 4 bytes"]()

    look = min(
        (measure(content, AT_ONCE) for _ in range(ATTEMPTS)), key=lambda look: look.milliseconds
    )

    assert look.milliseconds < AT_ONCE * MAX_MILLISECONDS
    assert look.mebibytes < MAX_MEBIBYTES

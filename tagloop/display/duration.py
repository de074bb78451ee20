"""Durations for people."""

MINUTE_SECONDS = 60
HOUR_SECONDS = 3_600
# Up to twice a unit, the smaller one is used: "90 s" says more than "2 min".
UNITS_BEFORE_NEXT = 2


def duration(seconds: float) -> str:
    """Return a duration in the unit that fits: "40 s", "12 min", "3 h"."""
    if seconds < UNITS_BEFORE_NEXT * MINUTE_SECONDS:
        return f"{seconds:.0f} s"
    if seconds < UNITS_BEFORE_NEXT * HOUR_SECONDS:
        return f"{seconds / MINUTE_SECONDS:.0f} min"
    return f"{seconds / HOUR_SECONDS:.0f} h"

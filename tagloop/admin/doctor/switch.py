"""Check that a change of the network makes progress."""

from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping

from shared.db.models.switching.reading import find_last_switch
from tagloop.admin.doctor.finding import Finding, well, wrong
from tagloop.display.duration import duration

PART = "network"
# Longer than a worker loads a network, and than a trainer learns without reporting progress.
MAX_PAUSE_SECONDS = 1800.0


def check_switch(connection: Connection) -> Finding:
    """Check whether a change of the network is stuck."""
    switch = find_last_switch(connection)
    if switch is None or switch["finished_at"] is not None:
        last = "" if switch is None or switch["status"] != "failed" else _tell_failed(switch)
        return well(PART, f"The network is not being changed.{last}")
    name = switch["backbone"]
    if switch["problem"]:
        return wrong(PART, f"The switch to {name} is blocked: {switch['problem']}")
    since = switch["advanced_at"] or switch["created_at"]
    idle = (datetime.now(UTC) - since).total_seconds()
    if switch["status"] in ("preparing", "embedding") and idle > MAX_PAUSE_SECONDS:
        return wrong(
            PART,
            f"The switch to {name} has not moved for {duration(idle)}; see whether a worker runs, "
            "or abort it: tagloop backbone switch --abort",
        )
    done, total = switch["done"], switch["total"] or 0
    return well(
        PART,
        f"A switch to {name} is in progress ({switch['status']}, {done:,} of {total:,} images).",
    )


def _tell_failed(switch: RowMapping) -> str:
    return f" The last switch, to {switch['backbone']}, failed: {switch['reason']}"

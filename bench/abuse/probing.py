"""Measure how long ordinary requests take under load."""

import statistics
import time
from dataclasses import dataclass

import urllib3

PROBES = ("/healthz", "/readyz", "/metrics", "/v1/images?limit=1")
TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Times:
    """Seconds per request for one path; failed: answers other than 2xx, or none."""

    path: str
    seconds: list[float]
    failed: int

    @property
    def median(self) -> float:
        """Median, in seconds."""
        return statistics.median(self.seconds)

    @property
    def longest(self) -> float:
        """Maximum, in seconds."""
        return max(self.seconds)


def probe(
    address: str, for_seconds: float, key: str = "", paths: tuple[str, ...] = PROBES
) -> list[Times]:
    """Request each path in turn, each time over a new connection."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    seconds: dict[str, list[float]] = {path: [] for path in paths}
    failed = dict.fromkeys(paths, 0)
    ends_at = time.monotonic() + for_seconds
    while time.monotonic() < ends_at:
        for path in paths:
            began_at = time.monotonic()
            failed[path] += not _is_answered(f"{address}{path}", headers)
            seconds[path].append(time.monotonic() - began_at)
        time.sleep(PAUSE_SECONDS)
    return [Times(path, seconds[path], failed[path]) for path in paths]


def _is_answered(url: str, headers: dict[str, str]) -> bool:
    try:
        with urllib3.PoolManager(retries=False, timeout=TIMEOUT_SECONDS) as pool:
            return 200 <= pool.request("GET", url, headers=headers).status < 300
    except urllib3.exceptions.HTTPError:
        return False

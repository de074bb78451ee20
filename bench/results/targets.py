"""Targets for the figures, as ratios within one run."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.results.stats import Figure, Spread, ratios, spread


@dataclass(frozen=True)
class SpeedTarget:
    """A limit for a figure, or for its ratio to another.

    above, below: keys of figures; below is None for a target on the figure itself.
    """

    label: str
    above: str
    below: str | None
    limit: float
    unit: str = "times"
    at_most: bool = False

    def measure(self, figures: Mapping[str, Figure]) -> Spread | None:
        """Return the spread over the rounds; None if a figure was not measured in this run."""
        above = figures.get(self.above)
        if above is None:
            return None
        if self.below is None:
            return above.spread
        below = figures.get(self.below)
        return None if below is None else spread(ratios(above, below))

    def is_met(self, measured: Spread) -> bool:
        """Return whether the median is within the limit."""
        if self.at_most:
            return measured.median <= self.limit
        return measured.median >= self.limit

    @property
    def rule(self) -> str:
        """The limit in words."""
        return f"{'at most' if self.at_most else 'at least'} {self.limit:,g} {self.unit}"


T, B, L = "photos.uploads", "photos.add", "photos.limit"
TARGETS = (
    SpeedTarget("bulk B over limit L", B, L, 0.85),
    SpeedTarget("end to end T over limit L", T, L, 0.70),
    SpeedTarget("B over the usual design (a)", B, "photos.usual", 5),
    SpeedTarget("T over the usual design (a)", T, "photos.usual", 4),
    SpeedTarget("T over LitServe + torch (b)", T, "photos.litserve", 6),
    SpeedTarget("T over LitServe + OpenVINO (c)", T, "photos.litserve_openvino", 2),
    SpeedTarget("12 megapixels: T over the usual design", "large.uploads", "large.usual", 6),
    SpeedTarget("L over the plain loop", L, "photos.plain", 5.5),
    SpeedTarget("B over the plain loop", B, "photos.plain", 4),
    SpeedTarget(
        "idle machine: p50 over one decode and forward pass",
        *("latency.idle.p50", "latency.single", 3),
        at_most=True,
    ),
    SpeedTarget(
        "bulk queue full: interactive p95", "latency.bulk.p95", None, 1000, "ms", at_most=True
    ),
    SpeedTarget("re-tagging from stored embeddings", "retag", None, 10_000, "images/s"),
    SpeedTarget(
        "ingest: CPU for one upload", "photos_cpu.uploads.web", None, 2, "ms", at_most=True
    ),
    SpeedTarget(
        "worker memory: growth over the last half", "memory.growth", None, 1, "%", at_most=True
    ),
)

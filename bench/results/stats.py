"""Samples and their spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum of several measurements."""

    minimum: float
    median: float
    maximum: float


@dataclass(frozen=True)
class Figure:
    """One measured quantity.

    key: name in the JSON file and for the targets; samples: one per round, in order.
    """

    key: str
    label: str
    unit: str
    samples: tuple[float, ...]

    @property
    def spread(self) -> Spread:
        """Minimum, median and maximum of the samples."""
        return spread(self.samples)


def spread(samples: Sequence[float]) -> Spread:
    """Return the spread of at least one sample."""
    return Spread(min(samples), median(samples), max(samples))


def percentile(samples: Sequence[float], percent: int) -> float:
    """Return a percentile of the samples, interpolated between neighbours."""
    if len(samples) == 1:
        return samples[0]
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def ratios(above: Figure, below: Figure) -> tuple[float, ...]:
    """Return one ratio per round, so that figures measured side by side are compared.

    Figures with a different number of rounds are compared by their medians.
    """
    if len(above.samples) != len(below.samples):
        return (above.spread.median / below.spread.median,)
    return tuple(a / b for a, b in zip(above.samples, below.samples, strict=True))

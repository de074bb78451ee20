"""Compare what the model shows today with what it showed in the last weeks.

All images are scored by the live version, since promotions re-tag everything: drift here comes from
the pictures, not the model.
"""

import math
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from shared.db.monitoring.drift import CONFIDENCE_BINS, count_shown, sample_images

DAY_SECONDS = 24 * 3600
MONTH_DAYS = 28
# Scoring a sample takes a few hundredths of a second, however many images there are.
SLICES = 100
DAY_PER_SLICE = 20
MONTH_PER_SLICE = 60
TAGS_SHOWN = 20
Thing = TypeVar("Thing")
# Replaces a share of zero, which has no logarithm.
MIN_SHARE = 1e-4


@dataclass(frozen=True)
class Shown:
    """Tags shown on a sample of images.

    tags: number of images by tag; bins: number of shown tags by bin of confidence, 1 to 10.
    """

    images: int
    tags: Mapping[str, int]
    bins: Mapping[int, int]

    def share(self, slug: str) -> float:
        """Return the share of images on which a tag is shown."""
        return self.tags.get(slug, 0) / self.images if self.images else 0.0

    def mean_confidence(self) -> float | None:
        """Return the mean confidence, from the bins' middles; None if nothing is shown."""
        total = sum(self.bins.values())
        middles = sum((number - 0.5) / CONFIDENCE_BINS * n for number, n in self.bins.items())
        return middles / total if total else None


@dataclass(frozen=True)
class Drift:
    """The last day compared with the last 28 days."""

    day: Shown
    month: Shown

    def common_tags(self) -> list[str]:
        """Return the tags shown most often in the last 28 days."""
        return [slug for slug, _ in Counter(self.month.tags).most_common(TAGS_SHOWN)]

    def of_tags(self) -> float:
        """Return the population stability index of the common tags; 0.1 is low, 0.25 is high."""
        common = self.common_tags()
        return stability_index(
            _with_rest(self.day.tags, common), _with_rest(self.month.tags, common)
        )

    def of_confidences(self) -> float:
        """Return the population stability index of the confidences."""
        return stability_index(self.day.bins, self.month.bins)


def measure_drift(connection: Connection) -> Drift:
    """Compare samples of both periods.

    Raises:
        Unavailable: Postgres does not answer.
    """
    now = time.time()
    return Drift(
        _look(connection, now - DAY_SECONDS, now, DAY_PER_SLICE),
        _look(connection, now - MONTH_DAYS * DAY_SECONDS, now, MONTH_PER_SLICE),
    )


def stability_index(now: Mapping[Thing, int], before: Mapping[Thing, int]) -> float:
    """Return the population stability index of two sets of counts; 0 if one is empty."""
    total_now, total_before = sum(now.values()), sum(before.values())
    if not total_now or not total_before:
        return 0.0
    index = 0.0
    for key in now.keys() | before.keys():
        share_now = max(now.get(key, 0) / total_now, MIN_SHARE)
        share_before = max(before.get(key, 0) / total_before, MIN_SHARE)
        index += (share_now - share_before) * math.log(share_now / share_before)
    return index


def _look(connection: Connection, since: float, until: float, per_slice: int) -> Shown:
    images = sample_images(connection, since, until, SLICES, per_slice)
    tags: Counter[str] = Counter()
    bins: Counter[int] = Counter()
    for row in count_shown(connection, images):
        tags[row["slug"]] += row["images"]
        bins[row["bin"]] += row["images"]
    return Shown(len(images), tags, bins)


def _with_rest(counts: Mapping[str, int], common: list[str]) -> dict[str | None, int]:
    known: dict[str | None, int] = {slug: counts.get(slug, 0) for slug in common}
    known[None] = sum(counts.values()) - sum(known.values())
    return known

"""Whether what the model shows today differs from what it showed in the last weeks.

Everything is scored by the live version, since images are re-tagged after each promotion: what
moves here are the pictures, not the model.
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
# A sample costs a few hundredths of a second, however many images there are.
SLICES = 100
DAY_PER_SLICE = 20
MONTH_PER_SLICE = 60
TAGS_SHOWN = 20
Thing = TypeVar("Thing")
# Stands for what was never seen: a share of zero has no logarithm.
MIN_SHARE = 1e-4


@dataclass(frozen=True)
class Shown:
    """What the model shows of some images. tags: on how many; bins: of confidence, 1 to 10."""

    images: int
    tags: Mapping[str, int]
    bins: Mapping[int, int]

    def share(self, slug: str) -> float:
        """On which share of the images a tag is shown."""
        return self.tags.get(slug, 0) / self.images if self.images else 0.0

    def mean_confidence(self) -> float | None:
        """The mean of the bins' middles; None where nothing is shown."""
        total = sum(self.bins.values())
        middles = sum((number - 0.5) / CONFIDENCE_BINS * n for number, n in self.bins.items())
        return middles / total if total else None


@dataclass(frozen=True)
class Drift:
    """The last day beside the last 28 days."""

    day: Shown
    month: Shown

    def common_tags(self) -> list[str]:
        """The tags that the month showed most often."""
        return [slug for slug, _ in Counter(self.month.tags).most_common(TAGS_SHOWN)]

    def of_tags(self) -> float:
        """Population stability index of the common tags; 0.1 is little, 0.25 is much."""
        common = self.common_tags()
        return stability_index(
            _with_rest(self.day.tags, common), _with_rest(self.month.tags, common)
        )

    def of_confidences(self) -> float:
        """Population stability index of the confidences."""
        return stability_index(self.day.bins, self.month.bins)


def measure_drift(connection: Connection) -> Drift:
    """Compare samples of both spans of time.

    Raises:
        Unavailable: Postgres is away.
    """
    now = time.time()
    return Drift(
        _look(connection, now - DAY_SECONDS, now, DAY_PER_SLICE),
        _look(connection, now - MONTH_DAYS * DAY_SECONDS, now, MONTH_PER_SLICE),
    )


def stability_index(now: Mapping[Thing, int], before: Mapping[Thing, int]) -> float:
    """Population stability index of two counts of the same things; 0 where one is empty."""
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

"""Classifiers made from words alone, for networks that embed texts beside pictures.

A picture's similarity to a word says little by itself: some words are near to every picture. So it
is compared with a background of pictures, as a z-score, and with the picture's other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The probability of a word at its limit; from there on, the default settings show it.
AT_LIMIT = 0.4
# How fast the log-odds rise with the z-score.
SLOPE = 2.0
# Shares of pictures that show a word: of common words, of rare ones, and of unknown ones.
MAX_PREVALENCE = 0.02
MIN_PREVALENCE = 0.0005
USUAL_PREVALENCE = 0.002
# A word as common as this on the Zipf scale is assumed to be on a hundredth of all pictures.
ZIPF_OF_A_HUNDREDTH = 5.0
MIN_DEVIATION = np.float32(1e-4)
# The usual spread of all words weighs as much as this number of pictures.
USUAL_SPREAD_PICTURES = 20
# The share of a normal distribution below one deviation from its middle.
BELOW = 0.16


@dataclass(frozen=True)
class Background:
    """Embeddings of ordinary pictures, each of length 1: (pictures, dimensions) float16."""

    sample: NDArray[np.float16]

    @classmethod
    def unknown(cls, dimensions: int) -> Background:
        """Return the background before any picture was seen."""
        return cls(np.empty((0, dimensions), np.float16))

    @classmethod
    def of(cls, embeddings: NDArray[np.floating]) -> Background:
        """Take these embeddings, (pictures, dimensions)."""
        return cls(unit(embeddings.astype(np.float32)).astype(np.float16))

    @property
    def pictures(self) -> int:
        """How many pictures it has."""
        return len(self.sample)

    def measure(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the usual similarity of each word, and how much it varies; both (words,).

        rows: (dimensions, words). The median and the spread below it do not change with the
        pictures that show a word, as long as fewer than half of them do. With few
        pictures, the spread is close to the usual one of all words.
        """
        dimensions, words = rows.shape
        if not self.pictures:
            # As if all directions were equally likely.
            return np.zeros(words, np.float32), np.full(words, dimensions**-0.5, np.float32)
        similarities = self.sample.astype(np.float32) @ rows
        low, middle = np.quantile(similarities, (BELOW, 0.5), axis=0).astype(np.float32)
        own = self.pictures / (self.pictures + USUAL_SPREAD_PICTURES)
        spread = own * (middle - low) + (1 - own) * np.median(middle - low)
        return middle, np.maximum(spread, MIN_DEVIATION).astype(np.float32)


@dataclass(frozen=True)
class TextRows:
    """Embeddings of words: first the vocabulary's, then names of tags that were made from names.

    rows: (dimensions, words) float32, each of length 1. limits: (words,) float32, z-scores from
    which the words are shown. named_ids: (named,) int32, the database's ids of the last words.
    """

    rows: NDArray[np.float32]
    limits: NDArray[np.float32]
    background: Background
    named_ids: NDArray[np.int32]

    def classifier(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weight (dimensions, words) and bias (words,): log-odds of unit embeddings."""
        means, deviations = self.background.measure(self.rows)
        weight, bias = self.rows / deviations, -means / deviations
        own = self.rows.shape[1] - len(self.named_ids)
        weight = weight - weight[:, :own].mean(axis=1, keepdims=True)
        bias = bias - bias[:own].mean() - self.limits
        offset = np.log(AT_LIMIT / (1 - AT_LIMIT))
        return (SLOPE * weight).astype(np.float32), (SLOPE * bias + offset).astype(np.float32)

    def against(self, background: Background) -> TextRows:
        """Return the same words, compared with another background."""
        return replace(self, background=background)

    def with_named(self, named: Mapping[int, NDArray[np.float32]]) -> TextRows:
        """Return these words, followed by tags made from names.

        named: the names' embeddings, (dimensions,) of length 1, by the tags' ids.
        """
        kept = self.without_named(list(named))
        limits = np.full(len(named), limit_of(0), np.float32)
        return TextRows(
            np.column_stack([kept.rows, *named.values()]).astype(np.float32),
            np.append(kept.limits, limits),
            kept.background,
            np.append(kept.named_ids, np.array(list(named), np.int32)),
        )

    def without_named(self, tag_ids: list[int]) -> TextRows:
        """Return the words without some that were made from names."""
        own = self.rows.shape[1] - len(self.named_ids)
        kept = np.append(np.arange(own), own + np.flatnonzero(~np.isin(self.named_ids, tag_ids)))
        return replace(
            self,
            rows=self.rows[:, kept],
            limits=self.limits[kept],
            named_ids=self.named_ids[~np.isin(self.named_ids, tag_ids)],
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return all arrays by their names in a head's file."""
        return {
            "rows": self.rows,
            "limits": self.limits,
            "background": self.background.sample,
            "named_ids": self.named_ids,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> TextRows:
        """Build them from what `arrays` returned."""
        background = Background(arrays["background"])
        return cls(arrays["rows"], arrays["limits"], background, arrays["named_ids"])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale vectors, (n, dimensions), to length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)


def limit_of(zipf: float) -> float:
    """Return the z-score from which a word is shown, by how common it is; 0: unknown."""
    prevalence = 10 ** (zipf - ZIPF_OF_A_HUNDREDTH - 2) if zipf else USUAL_PREVALENCE
    return NormalDist().inv_cdf(1 - min(MAX_PREVALENCE, max(MIN_PREVALENCE, prevalence)))

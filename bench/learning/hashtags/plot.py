"""Plot what hashtags taught, scenario by scenario and label by label."""

from pathlib import Path
from typing import Any

import numpy as np

from bench.learning.hashtags.scenarios import ABLATIONS, SCENARIOS

CLEAN, HASHTAGS, NETWORK, SEED = "#9aa5b1", "#2f6fde", "#d9dee4", "#12305f"
USUAL = "10 % wrong"


def mean_of(found: dict[str, Any], key: str = "mean_average_precision") -> float:
    """Return the mean of a figure over the seeds."""
    return float(np.mean([one[key] for one in found.values()]))


def plot(figures: dict[str, Any], file: Path) -> None:
    """Write a picture with two halves: the scenarios' means, and each label at 10 % wrong."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(
        1, 2, figsize=(13, 7), gridspec_kw={"width_ratios": [1, 1.2]}
    )
    scenarios = figures["scenarios"]
    clean = mean_of(scenarios["clean labels"])
    names = [one.name for one in (*SCENARIOS, *ABLATIONS)]
    both = {**scenarios, **figures.get("ablations", {})}
    names = [name for name in names[::-1] if name in both]
    left.barh(names, [mean_of(both[name]) for name in names], color=HASHTAGS)
    for place, name in enumerate(names):
        seeds = [one["mean_average_precision"] for one in both[name].values()]
        left.plot(seeds, [place] * len(seeds), ".", color=SEED, markersize=4)
    left.axvline(clean, color=CLEAN, linestyle="--", label="clean labels")
    left.axvline(0.9 * clean, color=CLEAN, linestyle=":", label="nine tenths of it")
    left.set_xlim(0.5, 1)
    left.set_xlabel("mean average precision; points: communities")
    left.legend(loc="upper left", bbox_to_anchor=(0, 1.08), ncols=2, frameon=False)
    _plot_labels(right, scenarios)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def _plot_labels(axes: Any, scenarios: dict[str, Any]) -> None:
    """Draw every label's average precision in the first community."""
    clean, usual = (next(iter(scenarios[name].values())) for name in ("clean labels", USUAL))
    labels = sorted(usual["labels"], key=lambda label: clean["labels"][label])
    place = np.arange(len(labels))
    axes.barh(place, [clean["labels"][one] for one in labels], color=CLEAN, height=0.8)
    axes.barh(place, [usual["labels"][one] for one in labels], color=HASHTAGS, height=0.5)
    axes.barh(place, [clean["network"][one] for one in labels], color=NETWORK, height=0.2)
    axes.set_yticks(place, labels, fontsize=7)
    axes.set_xlabel(f"average precision: clean, hashtags with {USUAL}, network")

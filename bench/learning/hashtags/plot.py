"""Plot what hashtags taught, scenario by scenario and label by label."""

from pathlib import Path
from typing import Any

import numpy as np

CLEAN, HASHTAGS, NETWORK = "#9aa5b1", "#2f6fde", "#d9dee4"


def plot(figures: dict[str, Any], file: Path) -> None:
    """Write a picture with two halves: the scenarios' means, and each label at 10 % wrong."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(
        1, 2, figsize=(13, 7), gridspec_kw={"width_ratios": [1, 1.2]}
    )
    clean = float(np.mean(list(figures["clean"].values())))
    scenarios = list(figures["scenarios"].values())[::-1]
    names = [scenario["name"] for scenario in scenarios]
    left.barh(names, [one["mean_average_precision"] for one in scenarios], color=HASHTAGS)
    left.axvline(clean, color=CLEAN, linestyle="--", label="clean labels")
    left.axvline(0.9 * clean, color=CLEAN, linestyle=":", label="nine tenths of it")
    left.set_xlim(0.5, 1)
    left.set_xlabel("mean average precision, no correction")
    left.legend(loc="lower left", frameon=False)
    usual = figures["scenarios"].get("10 % wrong")
    if usual is not None:
        labels = sorted(usual["labels"], key=lambda label: figures["clean"][label])
        place = np.arange(len(labels))
        right.barh(place, [figures["clean"][label] for label in labels], color=CLEAN, height=0.8)
        right.barh(place, [usual["labels"][one] for one in labels], color=HASHTAGS, height=0.5)
        right.barh(place, [figures["network"][one] for one in labels], color=NETWORK, height=0.2)
        right.set_yticks(place, labels, fontsize=7)
        right.set_xlabel("average precision: clean labels, hashtags with 10 % wrong, network alone")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=110)

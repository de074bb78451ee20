"""Plot quality against the number of examples, and the gate's decisions."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from bench.learning.curve import LearningPoint, NightResult

SIZE_INCHES = (8.0, 3.6)
DOTS_PER_INCH = 150
LINES = {
    "tagloop": ("Tagloop", "#1f6f8b", "-"),
    "multinomial": ("scikit-learn, multinomial", "#888888", "--"),
    "one_vs_rest": ("scikit-learn, one-vs-rest", "#b9c3c9", "-"),
}
GATE_COLOURS = {"promoted": "#1f6f8b", "rejected": "#c0573e"}


def plot(points: Sequence[LearningPoint], nights: Sequence[NightResult], path: Path) -> None:
    """Draw both into one picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    drawing, (growth, gate) = pyplot.subplots(1, 2, figsize=SIZE_INCHES)
    amounts = sorted({point.per_label for point in points})
    for field, (label, colour, style) in LINES.items():
        means = [
            mean(getattr(point, field) for point in points if point.per_label == amount)
            for amount in amounts
        ]
        growth.plot(amounts, means, style, color=colour, label=label, marker="o", markersize=3)
    growth.set_xscale("log")
    growth.set_xticks(amounts, [str(amount) for amount in amounts])
    growth.minorticks_off()
    growth.set_xlabel("examples of each label")
    growth.set_ylabel("mean average precision")
    growth.legend(frameon=False, fontsize=8)
    numbers = range(1, len(nights) + 1)
    gate.bar(
        numbers,
        [night.live for night in nights],
        color=[GATE_COLOURS.get(night.gate, "#888888") for night in nights],
        width=0.6,
    )
    gate.set_xticks(numbers, [f"{night.name.split(':')[0]}\n{night.gate}" for night in nights])
    gate.set_ylim(0, 1)
    gate.set_title("quality of what is live after each night", fontsize=9)
    for axis in (growth, gate):
        axis.spines[["top", "right"]].set_visible(False)
    drawing.tight_layout()
    drawing.savefig(path, dpi=DOTS_PER_INCH)
    pyplot.close(drawing)

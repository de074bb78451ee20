"""Plot the throughput figures as bars."""

from collections.abc import Sequence
from pathlib import Path

from bench.results.stats import Figure

TITLES = {
    "photos": "Photographs of about 110 KB",
    "large": "12-megapixel photographs",
}
OURS = ("limit", "lanes", "uploads", "add")
OWN_COLOUR, PEER_COLOUR, INK = "#1f6f8b", "#b9c3c9", "#333333"
WIDTH_INCHES, BAR_INCHES, DOTS_PER_INCH = 8.0, 0.42, 150
ROOM_FOR_NUMBERS = 1.15


def plot(figures: Sequence[Figure], path: Path) -> None:
    """Draw medians with a line from minimum to maximum; do nothing if nothing was measured."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    groups = {
        title: [figure for figure in figures if figure.key.startswith(f"{prefix}.")]
        for prefix, title in TITLES.items()
    }
    groups = {title: group for title, group in groups.items() if group}
    if not groups:
        return
    bars = [len(group) + 1 for group in groups.values()]
    drawing, axes = pyplot.subplots(
        len(groups),
        1,
        figsize=(WIDTH_INCHES, BAR_INCHES * (sum(bars) + 2)),
        height_ratios=bars,
        squeeze=False,
    )
    for axis, (title, group) in zip(axes[:, 0], groups.items(), strict=True):
        _draw(axis, title, group)
    drawing.tight_layout()
    drawing.savefig(path, dpi=DOTS_PER_INCH)
    pyplot.close(drawing)


def _draw(axis, title: str, group: Sequence[Figure]) -> None:  # type: ignore[no-untyped-def]
    spreads = [figure.spread for figure in group]
    medians = [values.median for values in spreads]
    errors = [
        [values.median - values.minimum for values in spreads],
        [values.maximum - values.median for values in spreads],
    ]
    colours = [OWN_COLOUR if figure.key.split(".")[1] in OURS else PEER_COLOUR for figure in group]
    bars = axis.barh(
        [figure.label for figure in group], medians, xerr=errors, color=colours, ecolor=INK
    )
    axis.bar_label(bars, labels=[f" {median:.3g}" for median in medians], color=INK, padding=4)
    axis.invert_yaxis()
    axis.set_xlim(0, max(values.maximum for values in spreads) * ROOM_FOR_NUMBERS)
    axis.set_title(title, loc="left", color=INK, fontweight="bold")
    axis.set_xlabel("images a second: median, least to most", color=INK)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)

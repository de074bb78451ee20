"""`python -m bench.learning FOLDER`: teach new stacks with labelled pictures, and test them.

FOLDER holds `train` and `validation`, each with a folder of pictures for each label.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.learning.curve import CurveMaterial, LearningPoint, NightResult, nights, teach
from bench.learning.labelled import read_labelled
from bench.learning.plot import plot
from bench.setup.pictures import ROOT

OUT = ROOT / "docs" / "learning"
AMOUNTS = (3, 5, 10, 20, 40)
DRAWS = 3


def main(
    *,
    folder: Annotated[Path, typer.Argument(help="Folder with train and validation.")],
    others: Annotated[
        Path | None,
        typer.Option(help="Pictures with a labels.csv whose tags must not be forgotten."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the plot and the JSON file.")] = OUT,
) -> None:
    """Measure quality by number of examples, and the gate after a night of wrong corrections."""
    console = Console(highlight=False)
    material = CurveMaterial(
        read_labelled(folder / "train"), read_labelled(folder / "validation"), others
    )
    points: list[LearningPoint] = []
    with tempfile.TemporaryDirectory(prefix="tagloop-learning-") as room:
        for amount in AMOUNTS:
            # With all examples, there is only one possible draw.
            is_all = amount * len(material.labels) >= len(material.train)
            for seed in range(1 if is_all else DRAWS):
                points.append(teach(material, amount, seed, Path(room) / f"{amount}-{seed}"))
                console.print(points[-1])
        after = list(nights(material, Path(room) / "nights"))
    show(points, after, console)
    out.mkdir(parents=True, exist_ok=True)
    plot(points, after, out / "learning.png")
    result = {
        "points": [asdict(point) for point in points],
        "nights": [asdict(night) for night in after],
    }
    (out / "learning.json").write_text(json.dumps(result, indent=1) + "\n")


def show(points: Sequence[LearningPoint], after: Sequence[NightResult], console: Console) -> None:
    """Print both tables."""
    table = Table(
        "examples of each", "Tagloop", "one-vs-rest", "multinomial", "gate", "top-1 of others"
    )
    for amount in sorted({point.per_label for point in points}):
        same = [point for point in points if point.per_label == amount]
        table.add_row(
            str(amount),
            *(f"{mean(getattr(x, f) for x in same):.3f}" for f in ("tagloop", "one_vs_rest")),
            f"{mean(point.multinomial for point in same):.3f}",
            ", ".join(point.gate for point in same),
            ", ".join(
                f"{point.top1_before:.1%} → {point.top1_after:.1%}"
                for point in same
                if point.top1_before is not None and point.top1_after is not None
            ),
        )
    console.print(table)
    table = Table("night", "gate", "live afterwards", "reason")
    for night in after:
        table.add_row(night.name, night.gate, f"{night.live:.3f}", night.reason)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)

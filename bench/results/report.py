"""Print the results as a table, and write them as JSON and Markdown."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.results.stats import Figure
from bench.results.targets import TARGETS, SpeedTarget

NOT_MEASURED = "not measured"


def number(value: float) -> str:
    """Format a number with three significant digits, or as an integer if it is large."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def figure_cells(figure: Figure) -> tuple[str, ...]:
    """Return a figure as cells: label, median, minimum, maximum, unit, number of samples."""
    values = figure.spread
    rounds = str(len(figure.samples))
    return (
        figure.label,
        number(values.median),
        number(values.minimum),
        number(values.maximum),
        figure.unit,
        rounds,
    )


def target_cells(target: SpeedTarget, figures: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return a target as cells: label, rule, measured, spread, met or not."""
    measured = target.measure(figures)
    if measured is None:
        return target.label, target.rule, NOT_MEASURED, "", ""
    met = "met" if target.is_met(measured) else "missed"
    between = f"{number(measured.minimum)} to {number(measured.maximum)}"
    return target.label, target.rule, number(measured.median), between, met


FIGURE_HEADER = ("figure", "median", "least", "most", "unit", "rounds")
TARGET_HEADER = ("target", "rule", "measured", "rounds between", "")


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print both tables, without targets that this run did not measure."""
    by_key = {figure.key: figure for figure in figures}
    judged = [target for target in TARGETS if target.measure(by_key) is not None]
    for header, rows in (
        (FIGURE_HEADER, [figure_cells(figure) for figure in figures]),
        (TARGET_HEADER, [target_cells(target, by_key) for target in judged]),
    ):
        table = Table(*header)
        for row in rows:
            table.add_row(*row)
        console.print(table)


def write_json(figures: Sequence[Figure], machine: Mapping[str, Any], path: Path) -> None:
    """Write every sample, so that readers can compute other ratios."""
    by_key = {figure.key: figure for figure in figures}
    document = {
        "machine": machine,
        "figures": {
            figure.key: {
                "label": figure.label,
                "unit": figure.unit,
                "samples": [round(sample, 4) for sample in figure.samples],
                **{name: round(value, 4) for name, value in vars(figure.spread).items()},
            }
            for figure in figures
        },
        "targets": [
            dict(zip(("target", "rule", "measured", "between", "verdict"), cells, strict=True))
            for cells in (target_cells(target, by_key) for target in TARGETS)
        ],
    }
    path.write_text(json.dumps(document, indent=1) + "\n")


def write_markdown(figures: Sequence[Figure], machine: Mapping[str, Any], path: Path) -> None:
    """Write both tables, and the machine that they were measured on."""
    by_key = {figure.key: figure for figure in figures}
    lines = ["# Results", "", "Written by `make bench`; ../README.md explains each row.", ""]
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    targets = _table(TARGET_HEADER, [target_cells(target, by_key) for target in TARGETS])
    measured = _table(FIGURE_HEADER, [figure_cells(figure) for figure in figures])
    lines += ["", "## Targets", "", *targets, "", "## Figures", "", *measured]
    path.write_text("\n".join(lines) + "\n")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows)]

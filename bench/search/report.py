"""Results as Markdown tables, to be pasted into docs/bench/performance.md."""

from collections.abc import Sequence

from bench.results.stats import percentile
from bench.search.clock import Took

TIMES = ("median ms", "p95 ms", "median ms on a core", "p95")


def time_cells(tooks: Sequence[Took]) -> tuple[str, ...]:
    """Return the cells under TIMES."""
    clock = [took.clock for took in tooks]
    processor = [took.processor for took in tooks]
    return tuple(f"{percentile(one, at):.0f}" for one in (clock, processor) for at in (50, 95))


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [headings, ["---"] * len(headings), *rows]
    # A bar inside a cell would end it.
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )

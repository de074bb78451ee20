"""`python -m bench`: measure everything, or the named rows."""

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.results import report
from bench.results.plot import plot
from bench.results.stats import Figure
from bench.setup.errors import BenchError
from bench.setup.machine import describe, kind_of_machine
from bench.setup.pictures import ROOT, find_pictures, make_large
from bench.setup.room import FULL, QUICK, Room
from bench.throughput.rows import limit, litserve, tagloop, usual
from bench.throughput.rows.latency import measure_latency
from bench.throughput.rows.memory import measure_memory
from bench.throughput.rows.retag import measure_retag
from bench.throughput.rows.throughput import Contestant, measure_in_turns

RESULTS = ROOT / "docs" / "bench"
LARGE_ROUNDS = 3
THROUGHPUT = {
    "limit": (limit.LIMIT, limit.LANES),
    "plain": (limit.PLAIN,),
    "uploads": (tagloop.UPLOADS,),
    "add": (tagloop.ADD,),
    "usual": (usual.USUAL,),
    "litserve": litserve.LITSERVE,
}
LARGE = (
    limit.LARGE_LIMIT,
    limit.LARGE_PLAIN,
    tagloop.LARGE_UPLOADS,
    tagloop.LARGE_ADD,
    usual.LARGE_USUAL,
)
OTHERS: dict[str, Callable[[Room, Console], Iterable[Figure]]] = {
    "latency": measure_latency,
    "memory": measure_memory,
    "retag": measure_retag,
}
ROWS = (*THROUGHPUT, "large", *OTHERS)


def measure(room: Room, rows: list[str], console: Console) -> list[Figure]:
    """Return the figures of these rows."""
    figures: list[Figure] = []
    contestants: list[Contestant] = [c for row in rows for c in THROUGHPUT.get(row, ())]
    if contestants:
        console.print("[bold]Throughput")
        figures += measure_in_turns(
            room,
            room.pictures,
            contestants,
            rounds=room.scale.rounds,
            prefix="photos",
            console=console,
        )
    if "large" in rows:
        console.print("[bold]12 megapixels")
        large = make_large(room.pictures, room.part("large"))
        rounds = min(LARGE_ROUNDS, room.scale.rounds)
        figures += measure_in_turns(
            room, large, LARGE, rounds=rounds, prefix="large", console=console
        )
    for name, measure_row in OTHERS.items():
        if name in rows:
            console.print(f"[bold]{name.capitalize()}")
            figures += measure_row(room, console)
    return figures


def bench(
    *,
    rows: Annotated[str, typer.Option(help=f"Which rows, by comma: {', '.join(ROWS)}.")] = ",".join(
        ROWS
    ),
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer images and rounds: a try, not a result.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Folder for results.json, .md and .png; a folder in docs/bench for a whole run."
        ),
    ] = None,
) -> None:
    """Measure Tagloop, its limit on this machine, and its peers."""
    console = Console(highlight=False)
    chosen = rows.split(",")
    unknown = set(chosen) - set(ROWS)
    if unknown:
        raise BenchError(f"No row is called {', '.join(sorted(unknown))}; use {', '.join(ROWS)}.")
    with tempfile.TemporaryDirectory(prefix="tagloop-bench-") as folder:
        work = Path(folder)
        room = Room(work, find_pictures(work), QUICK if quick else FULL)
        machine = describe(room)
        figures = measure(room, chosen, console)
    report.show(figures, console)
    # Partial and trial runs do not overwrite the results of the last full run.
    if output is None and not quick and set(chosen) == set(ROWS):
        output = RESULTS / kind_of_machine()
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        report.write_json(figures, machine, output / "results.json")
        report.write_markdown(figures, machine, output / "results.md")
        plot(figures, output / "results.png")


def main() -> None:
    """Run the command line; a BenchError ends it with its message and exit code 1."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(bench)
    try:
        app()
    except BenchError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

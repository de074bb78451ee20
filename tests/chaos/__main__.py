"""`python -m tests.chaos`: kill everything again and again, and see whether anything is lost."""

import json
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.chaos import report
from tests.chaos.faults.schedule import Struck
from tests.chaos.run import Plan, run
from tests.chaos.stack import StackFailed

MAX_FREEZE_SECONDS = 60.0
SEED_BITS = 32


def main(
    *,
    faults: Annotated[int, typer.Option(min=1, help="How many faults strike.")] = 200,
    seed: Annotated[
        int | None, typer.Option(help="Repeats the schedule of an earlier run.", show_default=False)
    ] = None,
    minutes: Annotated[float, typer.Option(help="No fault strikes after this time.")] = 120,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the result here too.", show_default=False)
    ] = None,
) -> None:
    """Start what `make up` starts, load it, break it at random, and audit what is left.

    The exit code is 1 when a promise was broken; the data folder with its logs stays then.
    """
    console = Console(highlight=False)
    plan = Plan(
        faults,
        secrets.randbits(SEED_BITS) if seed is None else seed,
        minutes * 60,
        MAX_FREEZE_SECONDS,
    )
    folder = Path(tempfile.mkdtemp(prefix="tagloop-chaos-"))
    console.print(f"Seed {plan.seed}; data and logs in {folder}")
    try:
        outcome = run(plan, folder, lambda struck: note(console, struck))
    except StackFailed as error:
        console.print(f"{error}\nSeed {plan.seed}; data and logs in {folder}", markup=False)
        sys.exit(1)
    report.show(outcome, console)
    if json_file is not None:
        json_file.write_text(json.dumps(report.to_json(outcome), indent=2) + "\n")
    if outcome.broken:
        console.print(f"Data and logs are kept in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


def note(console: Console, struck: Struck) -> None:
    """A line for each fault."""
    recovery = struck.recovery_seconds
    console.print(f"{struck.kind}: {'next at once' if recovery is None else f'{recovery:.1f} s'}")


if __name__ == "__main__":
    typer.run(main)

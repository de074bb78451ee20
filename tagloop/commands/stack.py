"""`tagloop up` and `doctor`: a Tagloop on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import EXIT_SOME_WRONG, EXIT_WELL


def up(
    *,
    port: Annotated[int, typer.Option(help="Port that all services answer on.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder for pictures, database and logs.")] = Path(
        "data"
    ),
) -> None:
    """Start everything on this machine; Ctrl-C stops it all."""
    from tagloop.local import stack

    raise typer.Exit(stack.up(port, data))


def doctor(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Data folder of a stack on this machine; without it, the settings in the "
            "environment say where everything is.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say of each part whether it works, and where it does not, what to do.

    The exit code is 1 when anything is wrong.
    """
    from tagloop.doctor.report import diagnose

    raise typer.Exit(EXIT_WELL if diagnose(data, as_json=as_json) else EXIT_SOME_WRONG)

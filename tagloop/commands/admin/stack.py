"""`tagloop up` and `doctor`: run and examine Tagloop on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DataFolder
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL


def up(
    *,
    port: Annotated[int, typer.Option(help="Port for all services.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder for pictures, database and logs.")] = Path(
        "data"
    ),
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; other than this machine's own, it requires keys."),
    ] = "127.0.0.1",
) -> None:
    """Start all services on this machine; Ctrl-C stops them."""
    from tagloop.local import stack

    raise typer.Exit(stack.up(port, data, host))


def doctor(
    *,
    data: DataFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check every part, and say how to fix what is wrong.

    The exit code is 1 if anything is wrong.
    """
    from tagloop.admin.doctor.report import diagnose

    raise typer.Exit(EXIT_WELL if diagnose(data, as_json=as_json) else EXIT_SOME_WRONG)

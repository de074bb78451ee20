"""Options shared by several commands."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_SERVER = "http://127.0.0.1:8080"

Server = Annotated[
    str, typer.Option(envvar="TAGLOOP_SERVER", help="Address of the Tagloop server.")
]
User = Annotated[str, typer.Option(help="Name of the person who makes the correction.")]
# For commands that work directly on the database.
DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Data folder of a stack on this machine; default: the settings in the environment.",
        show_default=False,
    ),
]

"""`tagloop models`: list and promote model versions."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, DataFolder, Server

app = typer.Typer()


@app.callback(invoke_without_command=True)
def models(context: typer.Context, *, server: Server = DEFAULT_SERVER) -> None:
    """List model versions, or promote one."""
    if context.invoked_subcommand is not None:
        # `tagloop models --server URL promote 3` is the same as with the option at the end.
        context.default_map = {context.invoked_subcommand: {"server": server}}
        return
    from rich.console import Console

    from tagloop.client.client import Client
    from tagloop.display.version_table import version_table

    Console(highlight=False).print(version_table(Client(server).versions()))


@app.command()
def promote(
    *,
    version: Annotated[int, typer.Argument(help="Number of the version.", show_default=False)],
    server: Server = DEFAULT_SERVER,
) -> None:
    """Make this version live. Stored images are re-tagged automatically."""
    from tagloop.client.client import Client

    promoted = Client(server).promote(version)
    print(f"Version {promoted.version} is live.")


@app.command("add-words")
def add_words(
    *,
    file: Annotated[
        Path, typer.Argument(help="File that `tagloop learn-words` wrote.", show_default=False)
    ],
    data: DataFolder = None,
) -> None:
    """Add learned words to the live model. Stored images are re-tagged automatically.

    This creates a new version; `tagloop models promote` returns to the previous one.
    """
    from tagloop.admin.words import add_words_file

    print(add_words_file(data, file))


@app.command()
def backbones() -> None:
    """List networks for TAGLOOP_BACKBONE, with their authors' figures and licences."""
    from tagloop.admin.known_networks import known_networks
    from tagloop.display.network_lines import network_lines

    for network in known_networks():
        print(*network_lines(network), sep="\n")

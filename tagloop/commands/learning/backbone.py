"""`tagloop backbone`: change the network of a living system."""

from typing import TYPE_CHECKING, Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL

if TYPE_CHECKING:
    from tagloop.client.client import Client
    from tagloop.client.teaching_documents import SwitchStatus

app = typer.Typer(help="Change the network that turns pictures into embeddings.")

Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has ended.")]


@app.command()
def switch(
    *,
    name: Annotated[
        str | None,
        typer.Argument(help="The network, as in TAGLOOP_BACKBONE.", show_default=False),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            help="Safetensors file of its weights on the workers' machines.", show_default=False
        ),
    ] = None,
    abort: Annotated[bool, typer.Option("--abort", help="Abort the change in progress.")] = False,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate/--no-gate", help="Refuse a network that is worse on held-out corrections."
        ),
    ] = True,
    wait: Wait = True,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Change the network.

    The present one serves while all images are embedded. Ctrl-C ends only the waiting. The exit
    code is 1 if the present network stays.
    """
    from tagloop.client.client import Client

    client = Client(server)
    if abort:
        aborted = client.abort_switch()
        print(
            f"The switch to {aborted.backbone} is aborted. {aborted.done:,} embeddings are kept "
            f"for another attempt; tagloop backbone forget {aborted.backbone} deletes them."
        )
        return
    if name is None:
        raise typer.BadParameter("Name the network to change to, or use --abort.")
    _carry_out(client, client.switch(name, weights, gate=gate), wait=wait)


@app.command()
def back(*, wait: Wait = True, server: Server = DEFAULT_SERVER) -> None:
    """Return to the former network. Only images that arrived since have to be embedded."""
    from tagloop.client.client import Client

    client = Client(server)
    _carry_out(client, client.switch_back(), wait=wait)


@app.command()
def status(*, server: Server = DEFAULT_SERVER) -> None:
    """List the networks, and the progress of a change from one to another."""
    from rich.console import Console

    from tagloop.client.client import Client
    from tagloop.display.network_table import describe_last, network_table

    client = Client(server)
    Console(highlight=False).print(network_table(client.networks()))
    for line in describe_last(client.last_switch()):
        print(line)


@app.command()
def forget(
    *,
    name: Annotated[str, typer.Argument(help="A network that is not live.", show_default=False)],
    server: Server = DEFAULT_SERVER,
) -> None:
    """Delete the embeddings of a network that is not used any more, to free the disk."""
    from tagloop.client.client import Client

    print(f"{Client(server).forget_network(name):,} embeddings of {name} are deleted.")


def _carry_out(client: "Client", begun: "SwitchStatus", *, wait: bool) -> None:
    from tagloop.client.teaching_documents import DONE
    from tagloop.display.progress import follow_switch

    if not wait:
        print(f"The switch to {begun.backbone} has begun: tagloop backbone status")
        return
    ended = follow_switch(client, begun)
    is_done = ended.status == DONE
    text = "is live" if is_done else f"is not live ({ended.status}); {ended.from_backbone} stays"
    print(f"{ended.backbone} {text}. {ended.reason}".rstrip())
    if ended.skipped:
        print(f"{ended.skipped:,} images could not be embedded: tagloop backbone status")
    raise typer.Exit(EXIT_WELL if is_done else EXIT_SOME_WRONG)

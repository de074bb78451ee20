"""`tagloop connect immich`: a bridge to a photo server."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, DataFolder, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(help="Connect photo servers.", no_args_is_help=True)


@app.callback()
def connect() -> None:
    """Connect photo servers."""


@app.command()
def immich(
    *,
    url: Annotated[
        str,
        typer.Option(envvar="TAGLOOP_IMMICH_URL", help="Address of Immich.", show_default=False),
    ],
    key_file: Annotated[
        Path | None,
        typer.Option(
            envvar="TAGLOOP_IMMICH_KEY_FILE",
            help="File with the key of Immich; default: the key in TAGLOOP_IMMICH_KEY.",
            show_default=False,
        ),
    ] = None,
    owner: Annotated[
        str, typer.Option(envvar="TAGLOOP_IMMICH_OWNER", help="Owner of the pictures in Tagloop.")
    ] = "",
    under: Annotated[
        str, typer.Option(envvar="TAGLOOP_IMMICH_TAG", help="Parent of all tags in Immich.")
    ] = "Tagloop",
    precision: Annotated[
        float, typer.Option(min=0, max=1, help="Write tags that are right at least this often.")
    ] = 0.9,
    once: Annotated[bool, typer.Option("--once", help="Make one pass, then end.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two passes.")] = 300,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what one pass would do; change nothing.")
    ] = False,
    again: Annotated[
        list[str] | None,
        typer.Option(
            help="Write this tag again, although it was deleted in Immich; may be repeated."
        ),
    ] = None,
    delete: Annotated[
        bool,
        typer.Option("--delete", help="Delete pictures here too when they are deleted in Immich."),
    ] = False,
    user: Annotated[
        str, typer.Option(help="Name of the person whose corrections these are.")
    ] = "immich",
    name: Annotated[
        str, typer.Option(help="Name of the connection; each user of Immich needs one.")
    ] = "immich",
    alive: Annotated[
        Path | None, typer.Option(hidden=True, help="File to touch while it is at work.")
    ] = None,
    server: Server = DEFAULT_SERVER,
    data: DataFolder = None,
) -> None:
    """Tag the pictures of an Immich user, and learn from what they change there.

    New pictures are sent to Tagloop once Immich has read their metadata. Their tags are written
    below one parent tag. If people add a tag to a picture there, or remove one, that is a
    correction. If they delete a tag from Immich altogether, it is not, and you are asked what to
    do.

    Its state is in Tagloop's database, so it can be stopped at any moment.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.immich.api import Immich
    from tagloop.exchange.immich.bridge import Options
    from tagloop.exchange.immich.run import open_bridge as connect_bridge
    from tagloop.exchange.immich.settings import address_of, parent_tag, read_key
    from tagloop.exchange.immich.transport import BridgeStopped, ImmichTransport
    from tagloop.local.settings import open_database

    stop = _stop_at_signals()
    transport = ImmichTransport(address_of(url), read_key(key_file), stop, say=_say)
    options = Options(owner, parent_tag(under), precision, user, delete, dry_run)
    # One connection for the lock, one for the state.
    engine = open_database(data, connections=2)
    with _only_process(engine, name, is_dry_run=dry_run):
        try:
            passes = connect_bridge(
                Immich(transport),
                Client(server),
                engine,
                name=name,
                options=options,
                stop=stop,
                alive=alive,
            )
            for value in again or ():
                if not passes.again(value):
                    _say(f"No tag {value!r} was deleted in Immich; check its name.")
            if once or dry_run:
                print(passes.once())
            else:
                passes.forever(every, _say)
        except BridgeStopped:
            _say("Stopped. The same command continues where this one stopped.")
    raise typer.Exit(EXIT_WELL)


def _stop_at_signals() -> Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def _only_process(engine: "Engine", name: str, *, is_dry_run: bool) -> Iterator[None]:
    """Exit if another process runs the connection; a dry run may run beside it."""
    from shared.db.connection.locks import Lock, try_lock

    with try_lock(engine, Lock.IMMICH, name) as is_held:
        if not is_held and not is_dry_run:
            _say(f"Another process runs the connection {name!r}; stop it, or name another one.")
            raise typer.Exit(EXIT_SOME_WRONG)
        yield


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

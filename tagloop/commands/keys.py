"""`tagloop keys`: who may call the API."""

from typing import Annotated

import typer

from shared.auth.scopes import Scope
from tagloop.commands.common import DataFolder
from tagloop.exit_codes import EXIT_SOME_WRONG

app = typer.Typer(help="Make, list and revoke the keys that open the API.", no_args_is_help=True)


@app.command()
def create(
    *,
    scope: Annotated[
        list[Scope], typer.Option(help="What it opens; may be given again.", show_default=False)
    ],
    owner: Annotated[
        str | None, typer.Option(help="Only this owner's pictures are seen and touched with it.")
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for, to tell keys apart.")] = "",
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Instead of TAGLOOP_REQUESTS_PER_MINUTE.")
    ] = None,
    bytes_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Instead of TAGLOOP_BYTES_PER_MINUTE.")
    ] = None,
    data: DataFolder = None,
) -> None:
    """Make a key and print it: this once, for only its hash is kept."""
    from shared.db.owners.keys import NewKey
    from tagloop.admin.keys import create_key

    new = NewKey(frozenset(scope), owner, name, requests_per_minute, bytes_per_minute)
    print(create_key(data, new))


@app.command("list")
def list_all(*, data: DataFolder = None) -> None:
    """List all keys that were ever made, with what each opens and when it was last used."""
    from tagloop.admin.keys import print_keys

    print_keys(data)


@app.command()
def revoke(
    *,
    number: Annotated[int, typer.Argument(help="Its number in the list.", show_default=False)],
    data: DataFolder = None,
) -> None:
    """Have a key open nothing any more, within seconds and for good."""
    from tagloop.admin.keys import revoke_one

    if not revoke_one(data, number):
        print(f"There is no key {number} that opens anything; see: tagloop keys list")
        raise typer.Exit(EXIT_SOME_WRONG)
    print(f"Key {number} opens nothing any more.")

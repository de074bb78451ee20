"""`tagloop keys`: create, list and revoke the keys of the API."""

from typing import Annotated

import typer

from shared.auth.scopes import Scope
from tagloop.commands.common import DataFolder
from tagloop.exit_codes import EXIT_SOME_WRONG

app = typer.Typer(help="Create, list and revoke the keys of the API.", no_args_is_help=True)


@app.command()
def create(
    *,
    scope: Annotated[
        list[Scope], typer.Option(help="What the key permits; may be repeated.", show_default=False)
    ],
    owner: Annotated[
        str | None, typer.Option(help="Limit the key to this owner's pictures.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the key is for, to tell keys apart.")] = "",
    requests_per_minute: Annotated[
        int | None,
        typer.Option(min=1, help="Requests a minute, instead of TAGLOOP_REQUESTS_PER_MINUTE."),
    ] = None,
    bytes_per_minute: Annotated[
        int | None, typer.Option(min=1, help="Bytes a minute, instead of TAGLOOP_BYTES_PER_MINUTE.")
    ] = None,
    aws: Annotated[
        bool,
        typer.Option("--aws", help="Create a key for AWS' clients, which sign their requests."),
    ] = False,
    data: DataFolder = None,
) -> None:
    """Create a key and print it. It cannot be shown again: only its hash is stored."""
    from shared.db.owners.keys import NewKey
    from tagloop.admin.keys import create_aws_key, create_key

    new = NewKey(frozenset(scope), owner, name, requests_per_minute, bytes_per_minute)
    if aws:
        access_key_id, secret = create_aws_key(data, new)
        print(f"AWS_ACCESS_KEY_ID={access_key_id}\nAWS_SECRET_ACCESS_KEY={secret}")
    else:
        print(create_key(data, new))


@app.command("list")
def list_all(*, data: DataFolder = None) -> None:
    """List all keys, revoked ones included, with their scopes and when they were last used."""
    from tagloop.admin.keys import print_keys

    print_keys(data)


@app.command()
def revoke(
    *,
    number: Annotated[
        int, typer.Argument(help="Number of the key in the list.", show_default=False)
    ],
    data: DataFolder = None,
) -> None:
    """Revoke a key for good. It stops working within seconds."""
    from tagloop.admin.keys import revoke_one

    if not revoke_one(data, number):
        print(f"There is no valid key {number}; see: tagloop keys list")
        raise typer.Exit(EXIT_SOME_WRONG)
    print(f"Key {number} is revoked.")

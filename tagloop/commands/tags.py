"""`tagloop tags`: make, rename, merge, publish and delete custom tags."""

from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL

app = typer.Typer(
    help="Make, rename, merge, publish and delete the tags that people made.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Slug, name or alias of the tag.", show_default=False)]
Owner = Annotated[
    str | None, typer.Option(help="Owner of the tag, where the key is not bound to an owner.")
]


@app.command()
def make(
    *,
    name: Annotated[str, typer.Argument(help="The tag's name.", show_default=False)],
    examples: Annotated[
        list[str] | None, typer.Argument(help="Ids of images that show it.", show_default=False)
    ] = None,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Make a tag: from examples, or from its name alone if the network understands text.

    The exit code is 1 if it was not learned well enough.
    """
    from tagloop.client.client import Client
    from tagloop.client.teaching_documents import PROMOTED
    from tagloop.display.progress import follow_run

    client = Client(server)
    slug, run = client.teach_tag(name, examples or ())
    if run is None:
        print(f"The tag {slug} was made from its name; all images are being re-tagged.")
        return
    run = follow_run(client, run)
    print(f"{slug}: {run.status}. {run.reason}".rstrip())
    raise typer.Exit(EXIT_WELL if run.status == PROMOTED else EXIT_SOME_WRONG)


@app.command()
def rename(
    *,
    tag: Name,
    name: Annotated[str, typer.Argument(help="Its new name.", show_default=False)],
    owner: Owner = None,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Give a tag another name. The old one becomes an alias."""
    from tagloop.client.client import Client

    print(f"{tag} is now {Client(server).edit_tag(tag, owner=owner, name=name)}.")


@app.command()
def merge(
    *,
    tag: Name,
    into: Annotated[str, typer.Argument(help="The tag that stays.", show_default=False)],
    owner: Owner = None,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Merge a tag into another. Its corrections move there, and its name becomes an alias."""
    from tagloop.client.client import Client

    moved = Client(server).merge_tag(tag, into, owner=owner)
    print(f"{tag} now means {into}; {moved:,} corrections moved.")


@app.command()
def publish(*, tag: Name, owner: Owner = None, server: Server = DEFAULT_SERVER) -> None:
    """Share an owner's tag with all owners. This needs an admin's key without an owner."""
    from tagloop.client.client import Client

    slug = Client(server).edit_tag(tag, owner=owner, publish=True)
    print(f"All owners now share {slug}; all images are being re-tagged.")


@app.command()
def delete(*, tag: Name, owner: Owner = None, server: Server = DEFAULT_SERVER) -> None:
    """Delete a tag and all its corrections. This cannot be undone."""
    from tagloop.client.client import Client

    Client(server).delete_tag(tag, owner=owner)
    print(f"{tag} is deleted.")

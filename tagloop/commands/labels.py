"""`tagloop correct`, `export` and `import-labels`: corrections, one by one and as CSV."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server, User
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL

Tags = list[str]


def correct(
    *,
    image: Annotated[str, typer.Argument(help="Id of the image.", show_default=False)],
    add: Annotated[
        Tags, typer.Option(help="Add this tag; a new name creates a tag.", show_default=False)
    ] = [],  # noqa: B006 - typer only reads it
    remove: Annotated[Tags, typer.Option(help="Remove this tag.", show_default=False)] = [],  # noqa: B006
    confirm: Annotated[
        Tags, typer.Option(help="Confirm that this tag is right.", show_default=False)
    ] = [],  # noqa: B006
    undo: Annotated[
        Tags,
        typer.Option(help="Take back this user's correction of this tag.", show_default=False),
    ] = [],  # noqa: B006
    user: User = "",
    server: Server = DEFAULT_SERVER,
) -> None:
    """Correct the tags of an image and show the result.

    Each option can be given several times; tags are given by slug, name or alias. Corrections
    override the model at once, and the model learns from them later.
    """
    from rich.console import Console

    from tagloop.client.client import Client
    from tagloop.client.teaching_documents import Verdicts
    from tagloop.display.tag_table import tag_table

    client = Client(server)
    verdicts = Verdicts(image, tuple(add), tuple(remove), tuple(confirm), tuple(undo))
    client.correct(verdicts, user=user)
    corrected = client.image(image)
    name = corrected.document["filename"] or corrected.id
    Console(highlight=False).print(tag_table(name, corrected))


def export(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV file to write; default: standard output.", show_default=False),
    ] = None,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Write all of people's labels as CSV: image,sha256,filename,owner,tag,name,present.

    What a spreadsheet would run as a formula has an apostrophe before it.

    `tagloop import-labels` reads it, here or at another server that has the same pictures.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.labels.export import export_labels

    export_labels(Client(server), file)


def import_labels(
    *,
    file: Annotated[Path, typer.Argument(help="CSV file with a header line.", show_default=False)],
    owner: Annotated[
        str | None,
        typer.Option(help="Owner of the pictures; overrides the column owner."),
    ] = None,
    user: User = "",
    server: Server = DEFAULT_SERVER,
) -> None:
    """Correct many pictures from a CSV.

    Columns: tag; image (an id), sha256, or path (or filename; relative to the CSV) of a file whose
    bytes the server has; and if you like owner, and present (1, or 0 where the tag is wrong). The
    bytes count more than the id; a path counts where there is neither.

    Of several lines about one picture and tag, the last one counts. The exit code is 1 when a line
    could not be used.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.labels.load import load_labels

    is_all_well = load_labels(Client(server), file, owner, user)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)

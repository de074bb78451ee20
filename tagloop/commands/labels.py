"""`tagloop correct`, `export` and `import-labels`: corrections, one by one and as files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server, User
from tagloop.exchange.labels.formats import Format
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
    similar = client.correct(verdicts, user=user)
    corrected = client.image(image)
    name = corrected.document["filename"] or corrected.id
    Console(highlight=False).print(tag_table(name, corrected))
    for said, other in similar:
        print(
            f"{said!r} is another tag than {other!r}. If you meant that one: --undo {said!r} "
            f"--add {other!r}",
            file=sys.stderr,
        )


def export(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(help="File to write; default: standard output.", show_default=False),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Format; default: jsonl for .jsonl, coco for .json, csv for everything else.",
            show_default=False,
        ),
    ] = None,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Write all of people's labels as CSV, lines of JSON or COCO.

    CSV has the columns image,sha256,filename,owner,tag,name,present; an apostrophe before a cell
    keeps spreadsheets from running it as a formula. Lines of JSON have one object for each picture,
    with labels and not_labels.

    `tagloop import-labels` reads all of these formats, also for another server that has the same
    pictures.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.labels.export import export_labels

    export_labels(Client(server), file, form)


def import_labels(
    *,
    file: Annotated[Path, typer.Argument(help="File of labels.", show_default=False)],
    pictures: Annotated[
        Path | None,
        typer.Option(
            help="Folder that paths in the file are relative to; default: the file's own folder.",
            show_default=False,
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="Owner of the pictures; overrides the file's."),
    ] = None,
    user: User = "",
    server: Server = DEFAULT_SERVER,
) -> None:
    """Correct many pictures from a file of labels.

    CSV needs a header with the column tag and one of image (an id), sha256, path or filename (of a
    file that the server has); owner and present (1, or 0 if the tag is wrong) are optional. Lines
    of JSON, Amazon Ground Truth manifests and COCO are read too. A row is matched by sha256, or
    else by the id, or else by the path.

    Of several labels of one picture and tag, the last one counts. The exit code is 1 if a label
    could not be used.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.labels.load import load_labels

    is_all_well = load_labels(Client(server), file, pictures or file.parent, owner, user)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)

"""`tagloop xmp`: tags in XMP sidecars, and people's changes of them as corrections."""

from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL

app = typer.Typer(
    help="Write tags to XMP for other photo programs, and read people's changes back.",
    no_args_is_help=True,
)

Folders = Annotated[
    list[str],
    typer.Argument(
        help="Folders of pictures, searched at any depth, or files.", show_default=False
    ),
]
Owner = Annotated[str, typer.Option(help="Owner of the pictures.")]
Embed = Annotated[
    bool,
    typer.Option(
        "--embed", help="Use the XMP inside the pictures instead of sidecars; needs ExifTool."
    ),
]
Edited = Annotated[
    bool,
    typer.Option(
        "--edited", help="Also use XMP that was written before its picture's bytes changed."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only list what would be done; change nothing.")
]


@app.command()
def write(
    *,
    folders: Folders,
    precision: Annotated[
        float,
        typer.Option(min=0, max=1, help="Write tags that are right at least this often."),
    ] = 0.9,
    owner: Owner = "",
    embed: Embed = False,
    edited: Edited = False,
    dry_run: DryRun = False,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Write the tags of pictures to their XMP sidecars.

    The pictures have to be in Tagloop (`tagloop add`). An existing sidecar is used, photo.jpg.xmp
    or photo.xmp; without one, photo.jpg.xmp is made. What other programs wrote stays as it is;
    `restore` takes Tagloop's words out again.

    A sidecar from which people removed tags is not changed until `read` has read it. The exit code
    is 1 if a file could not be used.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.xmp.files import XmpFiles
    from tagloop.exchange.xmp.report import XmpReport
    from tagloop.exchange.xmp.write import Writer

    report = XmpReport(is_dry_run=dry_run)
    with XmpFiles(report, is_embedded=embed) as files:
        writer = Writer(Client(server), report, files, precision=precision, is_edited=edited)
        is_all_well = writer.write(folders, owner)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)


@app.command()
def read(
    *,
    folders: Folders,
    user: Annotated[
        str, typer.Option(help="Name of the person whose corrections these are.")
    ] = "xmp",
    new_words: Annotated[
        bool, typer.Option("--new-words", help="Make tags of new words that are not tags yet.")
    ] = False,
    owner: Owner = "",
    embed: Embed = False,
    edited: Edited = False,
    dry_run: DryRun = False,
    server: Server = DEFAULT_SERVER,
) -> None:
    """Turn what people changed in XMP since `write` into corrections.

    A word of Tagloop's that is gone means that the tag is wrong; a new word that is a tag means
    that the picture has it. Words that were there before are not read. The exit code is 1 if a file
    could not be used.
    """
    from tagloop.client.client import Client
    from tagloop.exchange.xmp.files import XmpFiles
    from tagloop.exchange.xmp.read import Reader
    from tagloop.exchange.xmp.report import XmpReport

    report = XmpReport(is_dry_run=dry_run)
    with XmpFiles(report, is_embedded=embed) as files:
        reader = Reader(
            Client(server), report, files, user=user, has_new_words=new_words, is_edited=edited
        )
        is_all_well = reader.read(folders, owner)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)


@app.command()
def restore(*, folders: Folders, embed: Embed = False, dry_run: DryRun = False) -> None:
    """Take Tagloop's words out of XMP again; sidecars that hold nothing else are deleted.

    What other programs wrote stays, before or since. This needs no server.
    """
    from tagloop.exchange.xmp.files import XmpFiles
    from tagloop.exchange.xmp.report import XmpReport
    from tagloop.exchange.xmp.restore import restore as restore_folders

    report = XmpReport(is_dry_run=dry_run)
    with XmpFiles(report, is_embedded=embed) as files:
        is_all_well = restore_folders(folders, report, files)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)

"""`tagloop tag`, `add`, `search` and `eval`: pictures and their tags."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL


def tag(
    *,
    pictures: Annotated[
        list[str], typer.Argument(help="Picture files, or http(s) URLs.", show_default=False)
    ],
    server: Server = DEFAULT_SERVER,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON document for each picture, one a line, and nothing else."
        ),
    ] = False,
    min_confidence: Annotated[
        float | None, typer.Option(min=0, max=1, help="Show tags with at least this probability.")
    ] = None,
    max_tags: Annotated[
        int | None, typer.Option(min=1, help="Show at most this many tags.")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="Maximum seconds to wait.")] = 30,
) -> None:
    """Tag pictures and show their tags.

    Tags that another tag implies are dimmed. The exit code is 1 if a picture was not tagged; the
    others are shown anyway.
    """
    from rich.console import Console

    from tagloop.client.client import Client
    from tagloop.client.tagging import TagRequest, tag_each
    from tagloop.display.tag_table import tag_table

    output = Console(highlight=False)
    is_all_well = True
    for answer in tag_each(Client(server), pictures, TagRequest(wait, min_confidence, max_tags)):
        if as_json:
            print(answer.to_json(), flush=True)
        elif answer.image and not answer.trouble:
            output.print(tag_table(answer.source, answer.image))
        if answer.trouble:
            is_all_well = False
            print(answer.trouble, file=sys.stderr)
    raise typer.Exit(EXIT_WELL if is_all_well else EXIT_SOME_WRONG)


def add(
    *,
    folders: Annotated[
        list[str],
        typer.Argument(help="Folders, searched at any depth, or files.", show_default=False),
    ],
    server: Server = DEFAULT_SERVER,
    owner: Annotated[str, typer.Option(help="Owner of the pictures.")] = "",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until everything is tagged.")
    ] = True,
) -> None:
    """Add folders of pictures.

    Files with a picture's extension, or none, are sent; the server decides by content. Hidden files
    and folders, such as .thumbnails, are left out, and so are the recycle bins and thumbnail
    folders of storage systems, such as @eaDir. Links are followed; each folder is entered once.

    Files that the server already has are not sent again, so the same command continues after Ctrl-C
    or a lost connection. The exit code is 0 if everything is tagged or was there before, 1 if a
    picture was refused, failed or could not be read, and 130 after Ctrl-C.
    """
    from rich.console import Console

    from tagloop.bulk.run import add as add_folders
    from tagloop.client.client import Client

    output = Console(highlight=False, soft_wrap=True)
    raise typer.Exit(add_folders(Client(server), folders, owner, wait=wait, output=output))


def search(
    *,
    words: Annotated[
        list[str], typer.Argument(help="The search: tags and filters.", show_default=False)
    ],
    server: Server = DEFAULT_SERVER,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Show at most this many images.")] = 20,
    by_confidence: Annotated[
        bool, typer.Option("--by-confidence", help="Sort by confidence instead of by time.")
    ] = False,
) -> None:
    """Find images by their tags, owner, date and status.

    Words are names of tags, and an image has to show all of them. A minus leaves images out, and
    brackets hold alternatives; both want quotes: tagloop search 'dog -cat (beach|sea)'. `dog or
    cat` finds images of either. Filters are owner:anna, after:2026-01-31, before:, status:failed,
    source:people and 'confidence>0.8'.

    The exit code is 1 if nothing was found.
    """
    from rich.console import Console

    from tagloop.client.client import Client
    from tagloop.client.errors import Refused
    from tagloop.display.found_table import describe_guesses, found_table, underline

    query, order = " ".join(words), "confidence" if by_confidence else "date"
    try:
        found = Client(server).search(query, limit, order)
    except Refused as refused:
        if position := refused.problem.get("position"):
            print(underline(query, position["start"], position["end"]), file=sys.stderr)
        raise
    for guess in describe_guesses(found.terms):
        print(guess, file=sys.stderr)
    if found.unknown:
        print(f"No tag has the name {', '.join(found.unknown)}.", file=sys.stderr)
    if not found.images:
        if not found.unknown:
            print("No image matches.", file=sys.stderr)
    else:
        Console(highlight=False, soft_wrap=True).print(found_table(found.images))
    raise typer.Exit(EXIT_WELL if found.images else EXIT_SOME_WRONG)


def evaluate(
    *,
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder with a folder of pictures for each label.", show_default=False
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            help="A CSV of path,label instead; paths are relative to FOLDER, or else to the CSV. "
            "With a header, columns path or file, and wordnet_id, label, tag or name."
        ),
    ] = None,
    server: Server = DEFAULT_SERVER,
    owner: Annotated[str, typer.Option(help="Owner to upload the pictures for.")] = "eval",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Measure how well labelled pictures are tagged.

    A label names a tag by its slug, name, alias or WordNet id.

    top-1, top-5: share of pictures whose label is the most confident leaf tag, or among the five
    most confident; a label with narrower tags below it counts when one of those is.

    precision: share of the shown tags that are right, at the server's default settings. A tag is
    right if it is the label or implied by it; tags narrower than the label are not judged. Nor are
    everyday words (sky, grass, person) that the label says nothing about; strict precision counts
    these as wrong.

    recall: share of pictures with a right tag; exact recall: share with the label itself shown.
    """
    from tagloop.client.client import Client
    from tagloop.evaluation.report import show
    from tagloop.evaluation.run import evaluate_pictures

    result = evaluate_pictures(Client(server, connections=8), folder, csv, owner)
    show(result, as_json=as_json)

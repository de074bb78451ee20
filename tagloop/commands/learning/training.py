"""`tagloop retrain`, `retag` and `learn-words`: teach the model, and apply it to stored images."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DEFAULT_SERVER, Server
from tagloop.exit_codes import EXIT_SOME_WRONG, EXIT_WELL


def retrain(
    *,
    server: Server = DEFAULT_SERVER,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has ended.")] = True,
    release: Annotated[
        int | None,
        typer.Option(help="First queue the corrections again that this run has set aside."),
    ] = None,
) -> None:
    """Fine-tune the model on the corrections that it has not learned yet.

    The new version goes live only if it is better on held-out corrections. The exit code is 0 even
    if it was not, or if there was nothing new. It is 1 if the run failed, or another one has not
    ended yet.
    """
    from tagloop.client.client import Client
    from tagloop.client.teaching_documents import FAILED
    from tagloop.display.progress import follow_run

    client = Client(server)
    if release is not None:
        print(f"{client.release(release):,} corrections of run {release} are in the queue again.")
    run = client.retrain()
    if wait:
        run = follow_run(client, run)
    version = f", version {run.version}" if run.version is not None else ""
    print(f"Run {run.id}: {run.status}{version}. {run.reason}".rstrip())
    raise typer.Exit(EXIT_SOME_WRONG if run.status == FAILED else EXIT_WELL)


def retag(
    *,
    server: Server = DEFAULT_SERVER,
    owner: Annotated[str | None, typer.Option(help="Re-tag only this owner's images.")] = None,
    tag: Annotated[str | None, typer.Option(help="Recompute only this tag.")] = None,
    below_version: Annotated[
        int | None,
        typer.Option(min=1, help="Re-tag only images that a version older than this one tagged."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Wait until it has ended.")] = False,
) -> None:
    """Re-tag images with the live model, from their stored embeddings.

    Without options: all images. This also happens automatically when a version goes live.
    """
    from tagloop.client.client import Client
    from tagloop.display.progress import follow_retagging

    client = Client(server)
    job = client.retag(owner=owner, tag=tag, below_version=below_version)
    if watch:
        job = follow_retagging(client, job)
    print(f"Re-tagging {job.id}: {job.status}, {job.done:,} images, {job.changed:,} changed.")


def learn_words(
    *,
    folder: Annotated[
        Path, typer.Argument(help="A folder of labelled pictures.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option(help="Where to write: OUT.safetensors, and OUT.json with all figures.")
    ] = Path("words"),
    sources: Annotated[
        Path | None,
        typer.Option(help="TOML with source and licence of each set of pictures, for OUT.json."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="Measure this word, but leave it out; may be repeated."),
    ] = None,
) -> None:
    """Learn words from a folder of labelled pictures.

    The folder holds a folder of pictures for each word; or CSV files with the columns file,
    present and unknown, where words are separated by semicolons; or both. In single/WORD, pictures
    show the word, and what else they show is not known.

    A word is kept if it reaches 85 % precision with 30 % recall on pictures that it was not learned
    from. `tagloop models add-words OUT.safetensors` adds the words to the live model.
    """
    from rich.console import Console

    from tagloop.words.run import learn_words as learn
    from tagloop.words.table import describe_unreadable, words_table

    provenance = learn(folder, out, sources, leave_out or ())
    Console(highlight=False).print(words_table(provenance))
    for line in describe_unreadable(provenance["unreadable"]):
        print(line)
    if not provenance["words"]:
        print("The file holds no word; the last column says why.")
        raise typer.Exit(EXIT_SOME_WRONG)
    print(f"{len(provenance['words'])} words: {out.with_suffix('.safetensors')}")

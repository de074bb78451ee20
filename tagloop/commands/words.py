"""`tagloop learn-words`: learn new words from a folder of labelled pictures."""

from pathlib import Path
from typing import Annotated

import typer


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

    A word is kept when it reaches 85 % precision with 30 % recall on pictures that it was not
    learned from. `tagloop models add-words OUT.safetensors` puts the words to use.
    """
    from rich.console import Console

    from tagloop.words.run import learn_words as learn
    from tagloop.words.table import words_table

    provenance = learn(folder, out, sources, leave_out or ())
    Console(highlight=False).print(words_table(provenance))
    print(f"{len(provenance['words'])} words: {out.with_suffix('.safetensors')}")

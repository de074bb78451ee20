"""The result of a search as a table."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from tagloop.client.documents import ReceivedImage
from tagloop.client.names import printable
from tagloop.display.tag_table import implied_tags

TAGS_SHOWN = 3
ID_CHARACTERS = 36


def found_table(images: Sequence[ReceivedImage]) -> Table:
    """Return a table with a row for each image: id, file name or URL, most specific tags.

    Ids are whole even where the table is too wide, since they are copied into other commands.
    """
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True, min_width=ID_CHARACTERS)
    for image in images:
        name = image.document["filename"] or image.document["source_url"] or ""
        implied = implied_tags(image.tags)
        tags = [tag.name for tag in image.tags if tag.tag not in implied][:TAGS_SHOWN]
        table.add_row(image.id, Text(printable(name)), Text(", ".join(tags), style="dim"))
    return table


def describe_guesses(terms: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a sentence for each word that was not the name of a tag but was understood as one."""
    for term in terms:
        text = printable(term["text"])
        if term["how"] == "wordnet":
            yield f"{text!r} is not a tag; showing {term['name']}."
        elif term["how"] == "typo":
            others = [other["name"] for other in term["alternatives"]]
            hint = f" (or did you mean {', '.join(others)}?)" if others else ""
            yield f"{text!r} is not a tag; showing {term['name']}{hint}."


def underline(text: str, start: int, end: int) -> str:
    """Return a text, and a line below it that marks a part."""
    return f"  {printable(text)}\n  {' ' * start}{'^' * (end - start)}"

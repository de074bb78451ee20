"""A table of the results by word."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from tagloop.client.names import printable
from tagloop.display.counted import counted

COLUMNS = ("word", "pictures", "AP", "precision", "recall", "")
PARTS = (("words", "in the file"), ("network", "network alone"), ("left_out", "left out"))


def words_table(provenance: Mapping[str, Any]) -> Table:
    """Return a table with one row per word: those in the file, those the network knows, those left
    out.
    """
    table = Table(box=None, pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in ("word", "") else "right")
    for part, meaning in PARTS:
        for slug, word in provenance[part].items():
            reason = word.get("reason") if part == "left_out" else None
            table.add_row(
                Text(slug),
                f"{sum(word['pictures'].values()):,}",
                *(_share(word.get(key)) for key in ("average_precision", "precision", "recall")),
                Text(": ".join(filter(None, [meaning, reason]))),
                style="dim" if part == "left_out" else "",
            )
    return table


def describe_unreadable(reasons: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence about the pictures that could not be read, if there are any.

    reasons: by path.
    """
    for path, reason in reasons.items():
        count = counted(len(reasons), "picture")
        yield f"{count} could not be read, such as {printable(path)}: {reason}"
        return


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"

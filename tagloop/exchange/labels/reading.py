"""Tell the formats of label files apart, and read them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.exchange.labels.coco import is_coco, read_coco
from tagloop.exchange.labels.csv_rows import read_rows
from tagloop.exchange.labels.csv_text import decode
from tagloop.exchange.labels.json_rows import (
    RepeatedMember,
    read_json_lines,
    unique_members,
)
from tagloop.exchange.labels.rows import Row, Unusable

JSON_SUFFIXES = (".json", ".jsonl", ".ndjson", ".manifest")


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The labels of a file. unit: what its rows are numbered by, empty for lines."""

    file: Path
    rows: Iterator[Row | Unusable]
    unit: str = ""

    def place(self, number: int) -> str:
        """Return where a row stands, as a message begins."""
        name = printable(str(self.file))
        return f"{name}: {self.unit} {number}" if self.unit else f"{name}:{number}"


def read_labels(file: Path) -> LabelFile:
    """Read CSV, JSON lines or COCO; the content decides which.

    Raises LabelsUnusable if the file cannot be read, or is in none of these formats.
    """
    try:
        with file.open("rb") as opened:
            is_json = opened.read(64).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")
        if not is_json and file.suffix.lower() not in JSON_SUFFIXES:
            return LabelFile(file, read_rows(file))
        text = decode(file.read_bytes())
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LabelsUnusable(
            f"{printable(str(file))} is damaged: it is no whole {error.encoding.upper()}."
        ) from error
    try:
        document = _whole(text)
    except RepeatedMember as error:
        raise LabelsUnusable(f"{printable(str(file))} cannot be used: {error}.") from error
    if isinstance(document, dict) and is_coco(document):
        return LabelFile(file, read_coco(document), "annotation")
    # Line breaks within texts are escaped in JSON; other separators of lines are not.
    lines = text.split("\n")
    if isinstance(document, list) or (document is not None and len(text.strip().split("\n")) > 1):
        raise LabelsUnusable(
            f"{printable(str(file))} is one JSON document, but not COCO: it needs the lists "
            "images, annotations and categories. Or write one JSON object a line."
        )
    return LabelFile(file, read_json_lines(lines))


def _whole(text: str) -> Any:
    """Return the JSON document in a text; None if it has none, or several.

    Raises RepeatedMember: an object in it has two members of one name.
    """
    first = text.lstrip().partition("\n")[0]
    try:
        # Most files of JSON lines are told apart by their first line alone.
        json.loads(first)
    except (ValueError, RecursionError):
        pass
    else:
        if len(first) < len(text.strip()):
            return None
    try:
        return json.loads(text, object_pairs_hook=unique_members)
    except RepeatedMember:
        raise
    except (ValueError, RecursionError):
        return None

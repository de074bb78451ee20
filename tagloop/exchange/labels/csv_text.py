"""Read CSV as spreadsheets and other programs write it, and escape formulas.

Separators, encodings and unclosed quotes vary.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable

SEPARATORS = (",", ";", "\t")
# Excel may name its separator in a line of its own at the top.
_EXCEL_SEPARATOR = re.compile(r"sep=(.)\s*$", re.IGNORECASE)
# A cell with more lines has an unclosed quote.
MAX_CELL_LINES = 20
# The limit of Python's own reader, per cell.
MAX_CELL_CHARACTERS = csv.field_size_limit()
NOT_CLOSED = "a quote in it is not closed"
TOO_LONG = f"a cell in it has more than {MAX_CELL_CHARACTERS:,} characters"
# The beginning of a zip file, which is what a workbook of Excel or LibreOffice is.
_WORKBOOK = b"PK\x03\x04"
# Spreadsheets run cells that begin like this as formulas; an apostrophe prevents it.
_FORMULA = re.compile("'*[=+\\-@\t\r＝＋－＠]")  # noqa: RUF001 - full width, as Japanese Excel reads it


@dataclass(frozen=True, slots=True)
class Record:
    """A line of a CSV. fields: None if it is invalid; problem: why."""

    line: int
    fields: Sequence[str] | None
    problem: str = ""


def read_records(file: Path) -> Iterator[Record]:
    """Yield the lines of a CSV with their numbers, the header first; empty lines are skipped.

    Text may be UTF-8, UTF-16, UTF-32 or Windows-1252, with commas, semicolons or tabs. Bytes that
    are not UTF-8 are kept, since paths need not be UTF-8; `as_text` decodes them.

    Raises LabelsUnusable if the file cannot be read, or is no text.
    """
    name = printable(str(file))
    try:
        data = file.read_bytes()
        text = decode(data)
    except OSError as error:
        raise LabelsUnusable(f"{name}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LabelsUnusable(
            f"{name} is damaged: it is no whole {error.encoding.upper()}."
        ) from error
    if data.startswith(_WORKBOOK):
        raise LabelsUnusable(f"{name} is a workbook; save it as CSV and import that.")
    if not text.strip():
        raise LabelsUnusable(f"{name} is empty.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = 0
    separator = None
    if stated := _EXCEL_SEPARATOR.match(lines[0]):
        separator, first = stated.group(1), 1
    yield from _parse(lines, first, separator or _separator_of(lines[first : first + 1]))


def refuse_repeated(file: Path, header: Sequence[str], columns: Iterable[str]) -> None:
    """Check that a header names each of these columns once at most.

    Raises LabelsUnusable: it names one twice, and nothing says which of them is meant.
    """
    for name in columns:
        if (count := header.count(name)) > 1:
            raise LabelsUnusable(
                f"{printable(str(file))} has {count} columns named {name!r}; keep one of them."
            )


def as_text(field: str) -> str:
    """Return a cell as text; bytes that are not UTF-8 are read as Windows-1252, which Excel writes.

    Raises ValueError: it is neither.
    """
    try:
        field.encode()
    except UnicodeEncodeError:
        try:
            return field.encode(errors="surrogateescape").decode("cp1252")
        except UnicodeDecodeError as error:
            raise ValueError("it is neither UTF-8 nor Windows-1252") from error
    return field


def hide_formula(text: str) -> str:
    """Escape a cell that a spreadsheet would run as a formula; `show_formula` reverses this."""
    return f"'{text}" if _FORMULA.match(text) else text


def show_formula(text: str) -> str:
    """Return a cell as it was before `hide_formula`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def decode(data: bytes) -> str:
    """Return a file's text: UTF-32, UTF-16, or UTF-8 whose other bytes are kept as surrogates.

    Raises UnicodeDecodeError if it is UTF-16 or UTF-32, and not whole.
    """
    # UTF-32 first: its mark begins with that of UTF-16.
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return data.decode("utf-32")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le")
    if data[:1] == b"\0":
        return data.decode("utf-16-be")
    return data.decode("utf-8-sig", errors="surrogateescape")


def _separator_of(header: Sequence[str]) -> str:
    """Return the separator that splits the header into the most cells."""
    short = [line[:MAX_CELL_CHARACTERS] for line in header]
    counts = {one: len(next(csv.reader(short, delimiter=one), ())) for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: counts[one])


def _parse(lines: Sequence[str], start: int, separator: str) -> Iterator[Record]:
    columns: int | None = None
    while start < len(lines):
        fields, end = _read_cells(lines, start, separator)
        # A cell may span lines if the record has all columns; otherwise the quote is literal, and
        # the following lines are records of their own.
        if fields is None or (end > start + 1 and len(fields) != columns):
            is_long = len(lines[start]) > MAX_CELL_CHARACTERS
            yield Record(start + 1, None, TOO_LONG if is_long else NOT_CLOSED)
            end = start + 1
        elif fields:
            columns = columns or len(fields)
            yield Record(start + 1, fields)
        start = end


def _read_cells(
    lines: Sequence[str], start: int, separator: str
) -> tuple[Sequence[str] | None, int]:
    """Return the cells that begin in a line, and the next line.

    None if a quote is not closed, or a cell is too long.
    """
    for end in range(start + 1, min(start + MAX_CELL_LINES, len(lines)) + 1):
        text = "\n".join(lines[start:end]) + "\n"
        try:
            rows = list(csv.reader([text], delimiter=separator, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                continue
            if end > start + 1 or "field limit" in str(error):
                break
            # A quote within a cell, which other programs read literally.
            rows = list(csv.reader([text], delimiter=separator))
        return (rows[0] if rows else []), end
    return None, start + 1

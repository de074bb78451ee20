"""Read labelled pictures from a folder with a folder for each label, or from a CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tagloop.bulk.walk import find_pictures
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.exchange.labels.csv_text import refuse_repeated

# In order of preference: an id is never ambiguous, a name may be.
LABEL_COLUMNS = ("wordnet_id", "label", "tag", "name", "class")
PATH_COLUMNS = ("path", "file", "filename", "image")
PATH, LABEL = 0, 1


@dataclass(frozen=True, slots=True)
class Example:
    """A picture and its label."""

    path: str
    label: str


def read_folder(folder: Path) -> list[Example]:
    """Return every picture below each folder inside `folder`, labelled with that folder's name.

    Raises LabelsUnusable when there is none.
    """
    examples = [
        Example(path, label.name) for label in _folders(folder) for path in _pictures(label)
    ]
    if not examples:
        raise LabelsUnusable(
            f"{printable(str(folder))} has no folders with pictures; eval needs one for each label."
        )
    return examples


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir())
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(folder))}: {error.strerror}.") from error


def _pictures(folder: Path) -> list[str]:
    return sorted(find_pictures([str(folder)], lambda event: None))


def read_csv(file: Path, root: Path) -> list[Example]:
    """Return the rows of a CSV with or without a header; relative paths start at `root`.

    Raises LabelsUnusable if it cannot be read as a CSV.
    """
    try:
        # Bytes that are not UTF-8 are kept, because paths may have them.
        with file.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as lines:
            return list(_examples(csv.reader(lines), file, root))
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error
    except csv.Error as error:
        raise LabelsUnusable(f"{printable(str(file))} is not a CSV: {error}.") from error


def _examples(rows: Iterator[list[str]], file: Path, root: Path) -> Iterator[Example]:
    columns = (PATH, LABEL)
    for number, row in enumerate(filter(None, rows), start=1):
        if number == 1 and (header := _header(row, file)):
            columns = header
            continue
        if len(row) <= max(columns):
            raise LabelsUnusable(
                f"{printable(str(file))}: row {number} has no label; each row is path,label."
            )
        path, label = (row[column].strip() for column in columns)
        yield Example(str(root / path), label)


def _header(row: list[str], file: Path) -> tuple[int, int] | None:
    """Return the columns of path and label if the row is a header.

    Raises LabelsUnusable: the header names a column twice.
    """
    names = [name.strip().lower() for name in row]
    paths = [names.index(name) for name in PATH_COLUMNS if name in names]
    labels = [names.index(name) for name in LABEL_COLUMNS if name in names]
    if not paths or not labels:
        return None
    refuse_repeated(file, names, (*PATH_COLUMNS, *LABEL_COLUMNS))
    return paths[0], labels[0]

"""Read a folder of labelled pictures.

It may hold any of:

* CSV files with the columns file, present, and optionally unknown: words separated by semicolons.
  All other words of these files are absent. Paths are relative to the folder.
* WORD/…: pictures that show this word, and none of the other folders' words.
* single/WORD/…: pictures that show this word; what else they show is not known.
* scenes.json and scenes/…: pictures with the share of the area of each panoptic category of COCO.
"""

from __future__ import annotations

import csv
from pathlib import Path, PurePosixPath

from tagloop.bulk.walk import find_pictures
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.exchange.labels.csv_text import refuse_repeated
from tagloop.words.labelled import LabelledFolder, LabelledPicture, shown_words
from tagloop.words.scenes import SCENES_FILE, SCENES_FOLDER, read_scenes

SINGLE_FOLDER = "single"
COLUMNS = ("file", "present")
SEPARATOR = ";"


def read_labelled_folder(folder: Path) -> LabelledFolder:
    """Return the pictures of a folder and their labels.

    Raises:
        LabelsUnusable: there are none, or a file is invalid.
    """
    if not folder.is_dir():
        raise LabelsUnusable(f"{printable(str(folder))} is not a folder.")
    listed: list[LabelledPicture] = []
    named_by_csv: set[str] = set()
    for file in sorted(folder.glob("*.csv")):
        rows = _read_csv(folder, file)
        listed += rows
        named_by_csv |= {PurePosixPath(row.path).parts[0] for row in rows}
    scenes, licences = read_scenes(folder)
    apart = named_by_csv | {SINGLE_FOLDER, SCENES_FOLDER}
    whole = [entry for entry in _folders(folder) if entry.name not in apart]
    of_words = [picture for word in whole for picture in _read_word(folder, word, single=False)]
    words = shown_words(of_words)
    of_words = [
        LabelledPicture(p.file, p.path, p.set, p.present, words - p.present) for p in of_words
    ]
    single = [
        picture
        for word in _folders(folder / SINGLE_FOLDER)
        for picture in _read_word(folder, word, single=True)
    ]
    pictures = (*listed, *scenes, *of_words, *single)
    if not pictures:
        raise LabelsUnusable(
            f"{printable(str(folder))} has no labelled pictures: neither a CSV with the columns "
            f"file and present, nor a folder for each word, nor {SCENES_FILE}."
        )
    return LabelledFolder(pictures, licences)


def _read_csv(folder: Path, file: Path) -> list[LabelledPicture]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            refuse_repeated(file, reader.fieldnames or (), (*COLUMNS, "unknown"))
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise LabelsUnusable(
                    f"{printable(str(file))} has no column {missing[0]!r}; it needs file and "
                    "present, and may have unknown."
                )
            rows = [
                (row["file"] or "", _words(row["present"]), _words(row.get("unknown")))
                for row in reader
            ]
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise LabelsUnusable(f"{printable(str(file))} is not a CSV in UTF-8: {error}.") from error
    every: frozenset[str] = frozenset().union(*(present | unknown for _, present, unknown in rows))
    return [
        LabelledPicture(
            str(folder / path),
            path,
            PurePosixPath(path).parent.name,
            present,
            every - present - unknown,
        )
        for path, present, unknown in rows
        if path
    ]


def _words(cell: str | None) -> frozenset[str]:
    return frozenset(word.strip() for word in (cell or "").split(SEPARATOR) if word.strip())


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if entry.is_dir())


def _read_word(root: Path, folder: Path, *, single: bool) -> list[LabelledPicture]:
    name = folder.relative_to(root).as_posix()
    return [
        LabelledPicture(
            path,
            Path(path).relative_to(root).as_posix(),
            name,
            frozenset({folder.name}),
            single=single,
        )
        for path in sorted(find_pictures([str(folder)], lambda event: None))
    ]

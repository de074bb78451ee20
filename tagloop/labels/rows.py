"""The lines of a CSV of labels."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from shared.api.tag_names import clean_name
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable

# In order of preference, where a file has several.
TAG_COLUMNS = ("tag", "label")
PATH_COLUMNS = ("path", "file", "filename")
PICTURE_COLUMNS = ("image", "sha256", *PATH_COLUMNS)
PRESENT = {"": True, "1": True, "true": True, "yes": True}
ABSENT = {"0": False, "false": False, "no": False}
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Row:
    """Whether a picture has a tag. image, sha256 and path name it; any of them may be empty.

    owner: None where the file does not say.
    """

    line: int
    image: str
    sha256: str
    path: str
    owner: str | None
    tag: str
    present: bool


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that cannot be used, and why."""

    line: int
    reason: str


def read_rows(file: Path) -> Iterator[Row | Unusable]:
    """Every line of a CSV with a header.

    Raises LabelsUnusable when it cannot be read, or its header names no tag or no picture.
    """
    try:
        # As bytes that need not be UTF-8: paths are not always.
        with file.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as lines:
            reader = csv.DictReader(lines, restval="")
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            _check_header(file, names)
            reader.fieldnames = names
            for fields in reader:
                yield _read(reader.line_num, fields)
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error
    except csv.Error as error:
        raise LabelsUnusable(f"{printable(str(file))} is not a CSV: {error}.") from error


def _check_header(file: Path, names: list[str]) -> None:
    for needed in (TAG_COLUMNS, PICTURE_COLUMNS):
        if not set(needed) & set(names):
            raise LabelsUnusable(
                f"{printable(str(file))} has no column {' or '.join(needed)} in its first line."
            )


def _read(line: int, fields: Mapping[str, str]) -> Row | Unusable:
    image, sha256 = fields.get("image", "").strip(), fields.get("sha256", "").strip().lower()
    path = _first(fields, PATH_COLUMNS)
    present = fields.get("present", "").strip().lower()
    try:
        tag = clean_name(_first(fields, TAG_COLUMNS))
    except ValueError as error:
        return Unusable(line, str(error))
    if present not in PRESENT | ABSENT:
        return Unusable(line, f"present is {present!r}; it has to be 1 or 0")
    if sha256 and not DIGEST.fullmatch(sha256):
        return Unusable(line, f"{sha256[:100]!r} is no SHA-256 in hexadecimal")
    if image and not _is_id(image):
        return Unusable(line, f"{image[:100]!r} is no id of an image")
    if not (image or sha256 or path) or "\0" in path:
        return Unusable(line, "it names no picture")
    return Row(line, image, sha256, path, fields.get("owner"), tag, present in PRESENT)


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := fields.get(name, "").strip())), "")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

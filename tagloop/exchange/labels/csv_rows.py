"""Labels from a CSV: one line for each picture and tag."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.exchange.labels.csv_text import as_text, read_records, refuse_repeated, show_formula
from tagloop.exchange.labels.rows import Row, Unusable, checked, named

# In order of preference.
TAG_COLUMNS = ("tag", "label")
PATH_COLUMNS = ("path", "file", "filename")
PICTURE_COLUMNS = ("image", "sha256", *PATH_COLUMNS)
COLUMNS = (*TAG_COLUMNS, *PICTURE_COLUMNS, "name", "owner", "present")
PRESENT = {"": True, "1": True, "true": True, "yes": True}
ABSENT = {"0": False, "false": False, "no": False}


def read_rows(file: Path) -> Iterator[Row | Unusable]:
    """Yield every line of a CSV with a header.

    Raises LabelsUnusable if it cannot be read, or its header names no tag or no picture, or names
    a column twice.
    """
    records = read_records(file)
    header = next(records, None)
    names = [name.strip().lower() for name in (header and header.fields) or ()]
    _check_header(file, names)
    for record in records:
        if record.fields is None:
            yield Unusable(record.line, record.problem)
        else:
            yield _read(record.line, dict(zip(names, record.fields, strict=False)), file.parent)


def _check_header(file: Path, names: list[str]) -> None:
    for needed in (TAG_COLUMNS, PICTURE_COLUMNS):
        if not set(needed) & set(names):
            raise LabelsUnusable(
                f"{printable(str(file))} has no column {' or '.join(needed)} in its first line, "
                "read with commas, semicolons or tabs between the columns."
            )
    refuse_repeated(file, names, COLUMNS)


def _read(line: int, fields: Mapping[str, str], folder: Path) -> Row | Unusable:
    image, sha256 = fields.get("image", "").strip(), fields.get("sha256", "").strip().lower()
    path = _path_of(_first(fields, PATH_COLUMNS), folder)
    present = fields.get("present", "").strip().lower()
    try:
        tag = _tag_of(fields)
        owner = fields.get("owner")
        owner = None if owner is None else show_formula(as_text(owner))
    except ValueError as error:
        return Unusable(line, str(error))
    if present not in PRESENT | ABSENT:
        return Unusable(line, f"present is {present!r}; it has to be 1 or 0")
    return checked(Row(line, image, sha256, path, owner, tag, present in PRESENT))


def _tag_of(fields: Mapping[str, str]) -> str:
    """Return the tag's name as people write it, if the line has it beside the slug.

    Raises ValueError: no tag can have this name.
    """
    tag = show_formula(as_text(_first(fields, TAG_COLUMNS)))
    return named(tag, show_formula(as_text(fields.get("name", "").strip())))


def _path_of(path: str, folder: Path) -> str:
    """Return a path in the file system's bytes: as given if it exists, else decoded."""
    if (folder / path).exists() or not path or "\0" in path:
        return path
    try:
        return show_formula(as_text(path))
    except ValueError:
        return path


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := fields.get(name, "").strip())), "")

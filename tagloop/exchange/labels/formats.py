"""The formats of label files that `tagloop export` writes."""

from enum import StrEnum


class Format(StrEnum):
    """A format of label files."""

    CSV = "csv"
    JSONL = "jsonl"
    COCO = "coco"


# By the file's extension; everything else is CSV.
FORMATS = {".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".json": Format.COCO}

"""`tagloop export`: all of people's decisions, as CSV, lines of JSON or COCO."""

import csv
import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from tagloop.client.client import Client
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.client.teaching_documents import ExportedLabel
from tagloop.exchange.labels.coco import write_coco
from tagloop.exchange.labels.csv_text import hide_formula
from tagloop.exchange.labels.formats import FORMATS, Format
from tagloop.exchange.labels.rows import named

COLUMNS = ("image", "sha256", "filename", "owner", "tag", "name", "present")


def export_labels(client: Client, file: Path | None, form: Format | None) -> None:
    """Write all labels to a file or to standard output.

    form: None for what the file's extension says. Raises what `Client` raises, and LabelsUnusable
    if the file cannot be written.
    """
    if file is None:
        _write(client, form or Format.CSV, sys.stdout)
        return
    form = form or FORMATS.get(file.suffix.lower(), Format.CSV)
    client.check()
    try:
        with file.open("w", newline="", encoding="utf-8") as out:
            _write(client, form, out)
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error


def _write(client: Client, form: Format, out: TextIO) -> None:
    match form:
        case Format.CSV:
            _write_csv(client.labels(), out)
        case Format.JSONL:
            _write_json_lines(client.labels(), out)
        case Format.COCO:
            write_coco(list(client.labels()), client.tags(), out)


def _write_csv(labels: Iterable[ExportedLabel], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for label in labels:
        writer.writerow(
            (
                label.image,
                label.sha256,
                hide_formula(label.filename),
                hide_formula(label.owner),
                hide_formula(label.tag),
                hide_formula(label.name),
                int(label.present),
            )
        )


def _write_json_lines(labels: Iterable[ExportedLabel], out: TextIO) -> None:
    """Write one line for each picture; the labels have to be sorted by picture."""
    for image, group in groupby(labels, lambda label: label.image):
        of_image = list(group)
        document: dict[str, Any] = {
            "image": image,
            "sha256": of_image[0].sha256,
            "file_name": of_image[0].filename,
            "owner": of_image[0].owner,
            "labels": [named(one.tag, one.name) for one in of_image if one.present],
            "not_labels": [named(one.tag, one.name) for one in of_image if not one.present],
        }
        out.write(json.dumps(document, ensure_ascii=False) + "\n")

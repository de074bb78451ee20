"""`tagloop export`: all of people's decisions, as CSV."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from tagloop.client.client import Client
from tagloop.client.errors import LabelsUnusable
from tagloop.client.names import printable
from tagloop.client.teaching_documents import ExportedLabel
from tagloop.exchange.labels.csv_text import hide_formula

COLUMNS = ("image", "sha256", "filename", "owner", "tag", "name", "present")


def export_labels(client: Client, file: Path | None) -> None:
    """Write all labels to a file or to standard output.

    Raises what `Client` raises, and LabelsUnusable if the file cannot be written.
    """
    if file is None:
        _write(client.labels(), sys.stdout)
        return
    client.check()
    try:
        with file.open("w", newline="", encoding="utf-8") as out:
            _write(client.labels(), out)
    except OSError as error:
        raise LabelsUnusable(f"{printable(str(file))}: {error.strerror}.") from error


def _write(labels: Iterable[ExportedLabel], out: TextIO) -> None:
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

"""`tagloop import-labels`: send a file of labels as corrections, many per request."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Event

from tagloop.bulk.patience import patiently
from tagloop.client.client import Client
from tagloop.client.errors import describe_problem
from tagloop.client.teaching_documents import Verdicts
from tagloop.exchange.labels.find import find_images_of_rows
from tagloop.exchange.labels.reading import read_labels
from tagloop.exchange.labels.rows import Row, Unusable

# Also the maximum number of images: half of what the server accepts in one request.
ROWS_PER_REQUEST = 500


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """Labels of one image from several lines."""

    image: str
    rows: tuple[Row, ...]

    def verdicts(self) -> Verdicts:
        """The verdicts in the form of the API."""
        return Verdicts(
            self.image,
            add=tuple(row.tag for row in self.rows if row.present),
            remove=tuple(row.tag for row in self.rows if not row.present),
        )


def load_labels(client: Client, file: Path, pictures: Path, owner: str | None, user: str) -> bool:
    """Send every label; print unusable ones to standard error; return whether there were none.

    pictures: where paths in the file start. owner: overrides the file's. Raises what `Client`
    raises, and LabelsUnusable if the file cannot be read; what was sent before that is kept.
    """
    client.check()
    labels = read_labels(file)
    used = unused = 0
    while chunk := list(islice(labels.rows, ROWS_PER_REQUEST)):
        unusable = list(_load(client, chunk, pictures, owner, user))
        # A line may hold many labels that cannot be used for one reason.
        for line in dict.fromkeys(sorted(unusable, key=lambda line: line.line)):
            print(f"{labels.place(line.line)}: {line.reason}", file=sys.stderr)
        used += len(chunk) - len(unusable)
        unused += len(unusable)
    note = f"; unusable lines: {unused:,}" if unused else ""
    print(f"Imported labels: {used:,}{note}.")
    return not unused


def _load(
    client: Client, chunk: Sequence[Row | Unusable], root: Path, owner: str | None, user: str
) -> Iterator[Unusable]:
    """Send a batch of lines; yield those that could not be used."""
    rows = []
    for line in chunk:
        if isinstance(line, Unusable):
            yield line
        else:
            rows.append(line if owner is None else replace(line, owner=owner))
    by_image: dict[str, dict[str, Row]] = {}
    for found in find_images_of_rows(client, rows, root):
        if isinstance(found, Unusable):
            yield found
        else:
            # A later line replaces an earlier one about the same tag.
            by_image.setdefault(found.image, {})[found.row.tag.casefold()] = found.row
    whole = [LabelGroup(image, tuple(tags.values())) for image, tags in by_image.items()]
    refused = _send(client, whole, user)
    # One bad line causes all lines of its image to be refused, so send each alone.
    single = [
        LabelGroup(group.image, (row,))
        for group, _ in refused
        if len(group.rows) > 1
        for row in group.rows
    ]
    for group, reason in [*refused, *_send(client, single, user)]:
        if len(group.rows) == 1:
            yield Unusable(group.rows[0].line, reason)


def _send(client: Client, groups: Sequence[LabelGroup], user: str) -> list[tuple[LabelGroup, str]]:
    """Correct images; return the refused ones, with reasons."""
    if not groups:
        return []
    problems = patiently(
        lambda: client.correct_many([group.verdicts() for group in groups], user=user), Event()
    )
    return [
        (group, describe_problem(problem))
        for group, problem in zip(groups, problems, strict=True)
        if problem is not None
    ]

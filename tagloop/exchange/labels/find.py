"""Find the server's image for each label."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from tagloop.bulk.batches import hash_files
from tagloop.bulk.events import Event as Trouble
from tagloop.bulk.patience import patiently
from tagloop.client.client import Client
from tagloop.client.errors import Refused
from tagloop.client.names import printable
from tagloop.exchange.labels.rows import Row, Unusable

URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """A line, and the id of its image."""

    row: Row
    image: str


def find_images_of_rows(client: Client, rows: Sequence[Row], root: Path) -> list[Meant | Unusable]:
    """Return the image of each row, in order; at most 1,000 rows.

    Relative paths start at `root`. A row means the owner's image with its bytes, or else the image
    with its id. The path is used only if it has neither. Raises what `Client` raises.
    """
    files = {row.line: _locate(row.path, root) for row in rows if not (row.sha256 or row.image)}
    troubles: list[Trouble] = []
    hashed = hash_files(sorted(set(files.values())), troubles.append)
    digest_of = {file.path: file.sha256 for file in hashed}
    unreadable = {trouble.path: trouble.reason for trouble in troubles}
    digests = {row.line: row.sha256 or digest_of.get(files.get(row.line, ""), "") for row in rows}
    known, refused = _ask(client, rows, digests)

    def find(row: Row) -> Meant | Unusable:
        owner, digest = row.owner or "", digests[row.line]
        image = known.get((owner, digest)) or row.image
        if image:
            return Meant(row, image)
        if not digest:
            file = files[row.line]
            return Unusable(row.line, f"{printable(file)} cannot be read: {unreadable[file]}")
        of = f" of owner {owner!r}" if owner else ""
        missing = f"there is no image{of} with these bytes; add it first"
        return Unusable(row.line, refused.get(owner, missing))

    return [find(row) for row in rows]


def _locate(path: str, root: Path) -> str:
    """Return the file that a path means.

    An object's URL means the file with the longest part of its key that is under `root`.
    """
    if not (url := URL.match(path)):
        return str(root / path)
    steps = path[url.end() :].split("/")[1:]
    for first in range(len(steps)):
        file = root.joinpath(*steps[first:])
        if ".." not in steps and file.is_file():
            return str(file)
    return str(root.joinpath(steps[-1] if steps else path))


def _ask(
    client: Client, rows: Sequence[Row], digests: dict[int, str]
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Return ids of images by owner and digest, and the server's refusals by owner."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if digests[row.line]:
            wanted[row.owner or ""].add(digests[row.line])
    known: dict[tuple[str, str], str] = {}
    refused: dict[str, str] = {}
    for owner, of_owner in wanted.items():
        try:
            found = patiently(partial(client.known, owner, sorted(of_owner)), Event())
        except Refused as error:
            refused[owner] = str(error)
        else:
            known |= {(owner, digest): image for digest, image in found.items()}
    return known, refused

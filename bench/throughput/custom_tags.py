"""`python -m bench.throughput.custom_tags [--tags 100000 200000]`: a flood of custom tags.

First with the default limits, then with raised limits: how one caller's tags affect an upload, a
search, the web processes and a fine-tune.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from bench.learning.curve import fresh_pupil
from bench.setup.machine import processor
from bench.setup.pictures import distinct, save_shipped
from bench.setup.processes import descendants
from tagloop.client.client import Client
from tagloop.client.documents import Receipt
from tagloop.client.errors import Refused, ServerBusy
from tagloop.client.multipart import open_file
from tagloop.client.teaching_documents import Verdicts

STEPS = (100_000, 200_000)
NAMES_PER_REQUEST = 10_000
IMAGES = 100
ROUNDS = 15
WAIT_SECONDS = 30.0
# The flooded images have thousands of tags each; what is measured is others' images beside them.
FLOODED, READER = "flooded", "reader"
MEBIBYTE = 1024 * 1024
RAISED = {
    "TAGLOOP_MAX_NEW_TAGS_PER_REQUEST": str(NAMES_PER_REQUEST),
    "TAGLOOP_MAX_SHARED_TAGS": "10000000",
    "TAGLOOP_MAX_TAGS_PER_IMAGE": "1000000",
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.throughput.custom_tags", description=__doc__
    )
    parser.add_argument("--tags", type=int, nargs="+", default=STEPS)
    given = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        console.print(refused(work))
        os.environ.update(RAISED)
        console.print(raised(work, given.tags))


def refused(work: Path) -> str:
    """Return how many tags the default limits accept."""
    made = 0
    with fresh_pupil(work / "limited") as pupil:
        image = _upload(pupil.client, work, 0, FLOODED)
        try:
            while True:
                _flood(pupil.client, [image], made, 100)
                made += 100
        except (Refused, ServerBusy) as error:
            return f"With the limits as they are, {made:,} tags on one image, then: {error}"


def raised(work: Path, steps: list[int]) -> Table:
    """Return the cost of the tags once they exist."""
    table = Table("tags", "upload to tags s", "search s", "GET /v1/tags s", "web MiB", "worker MiB")
    table.title = f"custom tags of one caller; {processor()}"
    with fresh_pupil(work / "raised") as pupil:
        client = pupil.client
        images = [_upload(client, work, number, FLOODED) for number in range(IMAGES)]
        there = 0
        for step in (0, *steps):
            while there < step:
                _flood(client, images, there, NAMES_PER_REQUEST)
                there += NAMES_PER_REQUEST
            table.add_row(
                f"{there:,}",
                _median(lambda number: _upload(client, work, number, READER)),
                _median(lambda _: client.search(f"cat owner:{READER}", 20)),
                _median(lambda _: client.call("GET", "/v1/tags", {"q": "flood 77", "limit": 20})),
                f"{_memory('web'):.0f}",
                f"{_memory('worker'):.0f}",
            )
        started = time.monotonic()
        with _Peak("trainer") as peak:
            run, _ = pupil.retrain()
        table.caption = (
            f"A fine-tune then: {run.status} in {time.monotonic() - started:.1f} s, "
            f"trainer at most {peak.mebibytes:.0f} MiB."
        )
    return table


def _flood(client: Client, images: list[str], first: int, count: int) -> None:
    """Create new tags, spread over images."""
    names = [f"flood {first + number}x" for number in range(count)]
    share = -(-count // len(images))
    parts = [names[start : start + share] for start in range(0, count, share)]
    said = [Verdicts(image, tuple(part)) for image, part in zip(images, parts, strict=False)]
    for problem in client.correct_many(said):
        if problem is not None:
            raise Refused(problem)


def _upload(client: Client, work: Path, number: int, owner: str) -> str:
    """Upload a new picture of an owner and wait for its tags."""
    folder = work / "shipped"
    shipped = sorted((folder if folder.exists() else save_shipped(folder)).iterdir())
    source = shipped[number % len(shipped)]
    file = work / "upload.jpg"
    file.write_bytes(distinct(source.read_bytes(), f"{number} {time.monotonic_ns()}"))
    opened = open_file(str(file))
    with opened.handle:
        [receipt] = client.upload([opened], owner=owner, wait=WAIT_SECONDS)
    if not isinstance(receipt, Receipt):
        raise Refused(receipt.problem)
    return receipt.id


def _median(call: Callable[[int], object]) -> str:
    seconds = []
    for number in range(ROUNDS):
        started = time.monotonic()
        call(number)
        seconds.append(time.monotonic() - started)
    return f"{median(seconds):.3f}"


def _memory(role: str) -> float:
    """Return the memory of the largest process in a role, in MiB, including shared memory."""
    sizes = [
        process.memory_info().rss
        for name, process in descendants()
        if name == role and process.is_running()
    ]
    return max(sizes, default=0) / MEBIBYTE


class _Peak:
    """The maximum memory of a role during the block, sampled ten times a second."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.mebibytes = 0.0

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            try:
                self.mebibytes = max(self.mebibytes, _memory(self._role))
            except psutil.NoSuchProcess:
                continue


if __name__ == "__main__":
    main()

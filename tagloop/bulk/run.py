"""`tagloop add`: an upload with a progress bar and a summary."""

import threading
import time
from collections.abc import Sequence
from contextlib import closing

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from tagloop.bulk.events import Outcome
from tagloop.bulk.summary import print_summary
from tagloop.bulk.tally import Tally
from tagloop.bulk.upload import Upload
from tagloop.bulk.walk import find_pictures
from tagloop.client.client import Client
from tagloop.client.errors import NoAnswer, Refused, ServerFailed
from tagloop.exit_codes import EXIT_INTERRUPTED, EXIT_SOME_WRONG, EXIT_WELL

REFRESH_SECONDS = 0.25
UNKNOWN_RATE = "-"


def add(client: Client, folders: Sequence[str], owner: str, *, wait: bool, output: Console) -> int:
    """Send everything in the folders, with progress on the error stream and a summary at the end.

    Returns the exit code. Raises NoAnswer, ServerFailed or Refused if it cannot continue, after it
    has printed the summary.
    """
    client.check()
    tally = Tally()
    upload = Upload(client, owner, wait=wait)
    started = time.monotonic()
    try:
        with (
            Bar(folders, tally, wait) as bar,
            closing(upload.events(lambda skip: find_pictures(folders, skip))) as events,
        ):
            for event in events:
                tally.add(event)
                bar.refresh()
    except KeyboardInterrupt:
        print_summary(tally, time.monotonic() - started, output)
        output.print("Stopped. The same command continues where this one stopped.")
        return EXIT_INTERRUPTED
    except (NoAnswer, ServerFailed, Refused):
        print_summary(tally, time.monotonic() - started, output)
        output.print("The same command continues where this one stopped.")
        raise
    print_summary(tally, time.monotonic() - started, output)
    return EXIT_WELL if tally.is_all_well else EXIT_SOME_WRONG


class Bar:
    """The progress bar. A thread of its own counts the files to find its length."""

    def __init__(self, folders: Sequence[str], tally: Tally, wait: bool) -> None:
        self._folders = folders
        self._tally = tally
        self._wait = wait
        self._refreshed = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.fields[found]}"),
            TextColumn("{task.fields[rate]} images/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            auto_refresh=False,
        )
        description = "Tagging" if wait else "Sending"
        self._task = self._progress.add_task(description, total=None, found="…", rate=UNKNOWN_RATE)

    def __enter__(self) -> "Bar":
        self._progress.start()
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._draw()
        self._progress.stop()

    def refresh(self) -> None:
        """Draw it again, if it was not drawn a moment ago."""
        if time.monotonic() - self._refreshed >= REFRESH_SECONDS:
            self._refreshed = time.monotonic()
            self._draw()

    def _draw(self) -> None:
        done = self._tally.settled
        if not self._wait:
            done += self._tally.counts[Outcome.SENT]
        total = self._progress.tasks[self._task].total
        if total is not None:
            # Folders that cannot be read count as settled, although no picture was found in them.
            done = min(done, int(total))
        speed = self._progress.tasks[self._task].speed
        rate = UNKNOWN_RATE if speed is None else f"{speed:,.0f}"
        self._progress.update(self._task, completed=done, rate=rate, refresh=True)

    def _count(self) -> None:
        found = sum(1 for _ in find_pictures(self._folders, lambda event: None))
        self._progress.update(self._task, total=found, found=f"{found:,}")

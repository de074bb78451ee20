"""Progress bars of work that the server does."""

import math
import time
from collections.abc import Callable
from threading import Event
from typing import Protocol, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from tagloop.bulk.patience import patiently
from tagloop.client.client import Client
from tagloop.client.teaching_documents import RetagJob, RunStatus, SwitchStatus
from tagloop.display.duration import duration
from tagloop.exit_codes import EXIT_INTERRUPTED

POLL_SECONDS = 0.5


class Work(Protocol):
    """Work that goes on in the server."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""


Followed = TypeVar("Followed", bound=Work)


def follow_run(client: Client, run: RunStatus) -> RunStatus:
    """Show a fine-tune run's progress until it is over; return its outcome."""
    return _follow(
        run,
        lambda: client.run(run.id),
        lambda run: (run.stage or run.status, run.progress),
    )


def follow_retagging(client: Client, job: RetagJob) -> RetagJob:
    """Show a re-tagging job's progress until it is over; return its outcome."""
    return _follow(
        job,
        lambda: client.retag_job(job.id),
        lambda job: (f"{job.status}, {job.done:,} images", job.done / (job.total or math.inf)),
    )


def follow_switch(client: Client, switch: SwitchStatus) -> SwitchStatus:
    """Show the progress of a change of the network until it is over; return its outcome."""
    return _follow(switch, lambda: client.last_switch() or switch, describe_switch)


def describe_switch(switch: SwitchStatus) -> tuple[str, float]:
    """Return the present step of a change of the network, and the share of it that is done."""
    if switch.status == "learning":
        return switch.stage or "learning", switch.progress
    text = f"{switch.status}, {switch.done:,} of {switch.total or 0:,} images"
    if switch.seconds_left is not None:
        text += f", {duration(switch.seconds_left)} left"
    if switch.problem:
        text += f" ({switch.problem})"
    return text, switch.done / (switch.total or math.inf)


def _follow(
    work: Followed,
    look: Callable[[], Followed],
    describe: Callable[[Followed], tuple[str, float]],
) -> Followed:
    """Poll until the work is over. describe: returns a text, and the share that is done.

    Waits for a server that does not answer for a moment; Ctrl-C ends only the waiting.
    """
    console = Console(stderr=True)
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        # A bar that is erased at its end leaves an empty line in a file.
        disable=not console.is_terminal,
    )
    never = Event()
    try:
        with progress:
            bar = progress.add_task("", total=1.0)
            while not work.is_over:
                description, done = describe(work)
                progress.update(bar, description=description, completed=done)
                time.sleep(POLL_SECONDS)
                work = patiently(look, never)
    except KeyboardInterrupt:
        print("The server continues.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    return work

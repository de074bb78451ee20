"""A small supervisor: starts programs, restarts those that crash, stops all of them in order."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tagloop.local.errors import ProcessFailedError
from tagloop.local.supervisor.child import Child, Program
from tagloop.local.supervisor.signals import SignalWatch

CRASH_LIMIT = 5
# A process that lived longer has worked; something from outside ended it.
EARLY_SECONDS = 10.0
FIRST_RESTART_DELAY_SECONDS = 0.25
READY_POLL_SECONDS = 0.02
PROGRESS_POLL_SECONDS = 2.0
# Longer than EARLY_SECONDS: a worker that is killed repeatedly for lack of progress, because the
# broker does not answer, must not count as one that can't start.
STALL_SECONDS = 12.0
# A process that is killed again gets twice the time, as it may only be slow to start.
MAX_STALL_SECONDS = 120.0
# What Postgres needs to begin another file of its log.
MIN_FREE_BYTES = 16 * 1024 * 1024
# After a second Ctrl-C, stop at once.
HURRY_REQUESTS = 2


class StopRequested(Exception):
    """A person or the system asked the stack to stop while it was starting."""


class Supervised:
    """A program that is kept running: its current child, and how often in a row it ended early."""

    def __init__(self, program: Program, child: Child) -> None:
        self.program = program
        self.child: Child | None = child
        self.early_ends = 0
        self.restart_at = 0.0
        self.progress_at = time.monotonic()
        self.stall_seconds = STALL_SECONDS

    def note_end(self, child: Child) -> bool:
        """Plan the restart, later after each early end; return False if there were too many."""
        now = time.monotonic()
        self.early_ends = self.early_ends + 1 if now - child.started < EARLY_SECONDS else 0
        self.child = None
        self.restart_at = now + FIRST_RESTART_DELAY_SECONDS * 2**self.early_ends
        return self.early_ends < CRASH_LIMIT


class Supervisor:
    """Child processes of one stack. To be used from one thread: the thread that starts a child
    is the parent whose end the kernel watches for.

    logs: folder of the log files.
    report: called with text for the terminal, for instance when a child has crashed.
    watch: wakes the supervisor up. `supervise` needs its handlers installed, the rest does not.
    """

    def __init__(self, logs: Path, report: Callable[[str], None], watch: SignalWatch) -> None:
        self._logs = logs
        self._report = report
        self._watch = watch
        self._supervised: list[Supervised] = []

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        self._supervised.append(Supervised(program, Child(program, self._logs)))

    def run_once(self, program: Program, timeout_seconds: float) -> None:
        """Run a program that must succeed before the stack can start.

        Raises ProcessFailedError when it fails or takes too long, StopRequested at a signal.
        """
        child = Child(program, self._logs)
        try:
            self.wait_until(lambda: child.poll() is not None, program.name, timeout_seconds)
        finally:
            child.kill()
        if child.poll() != 0:
            raise ProcessFailedError(f"Tagloop cannot start: {child.describe_end()}")

    def wait_until(self, ready: Callable[[], bool], what: str, timeout_seconds: float) -> None:
        """Keep all children running until the condition holds.

        Raises ProcessFailedError after the time-out, StopRequested at a signal.
        """
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            self._restart_crashed()
            if self._watch.stop_requests:
                raise StopRequested
            if time.monotonic() > deadline:
                raise ProcessFailedError(
                    f"{what} was not ready after {timeout_seconds:.0f} s; "
                    f"the logs in {self._logs} may say why."
                )
            self._watch.pause(READY_POLL_SECONDS)

    def supervise(self) -> None:
        """Keep all children running until a signal asks to stop.

        Raises ProcessFailedError when one keeps crashing.
        """
        while not self._watch.stop_requests:
            self._restart_crashed()
            self._kill_stalled()
            self._watch.pause(self._seconds_to_next_look())

    def stop(self) -> None:
        """Stop all children, the last one started first; a second signal kills them at once."""
        for supervised in reversed(self._supervised):
            child = supervised.child
            if child is None or child.poll() is not None:
                continue
            child.request_stop()
            deadline = time.monotonic() + supervised.program.stop_seconds
            while child.poll() is None:
                left = deadline - time.monotonic()
                if self._watch.stop_requests >= HURRY_REQUESTS or left <= 0:
                    self._report(f"{supervised.program.name} has not stopped yet; killing it.")
                    child.kill()
                    break
                self._watch.pause(min(left, READY_POLL_SECONDS))
        self._supervised.clear()

    def _restart_crashed(self) -> None:
        for supervised in self._supervised:
            if supervised.child is None:
                if time.monotonic() >= supervised.restart_at:
                    supervised.child = Child(supervised.program, self._logs)
                continue
            if supervised.child.poll() is None:
                continue
            end = supervised.child.describe_end()
            if not supervised.note_end(supervised.child):
                if shutil.disk_usage(self._logs).free < MIN_FREE_BYTES:
                    # Giving up would not help, and what can still be read would be gone.
                    supervised.early_ends = 0
                    self._report(
                        f"{end}\nThe disk of {self._logs} is full; {supervised.program.name} will "
                        "be restarted until there is room."
                    )
                    continue
                raise ProcessFailedError(
                    f"Tagloop stops, because one process ended {CRASH_LIMIT} times in a row within "
                    f"{EARLY_SECONDS:.0f} s of its start: {end}"
                )
            self._report(f"{end}\nIt will be restarted.")

    def _kill_stalled(self) -> None:
        for supervised in self._supervised:
            makes_progress = supervised.program.makes_progress
            now = time.monotonic()
            if makes_progress is None or supervised.child is None:
                supervised.progress_at = now
            elif makes_progress():
                supervised.progress_at = now
                supervised.stall_seconds = STALL_SECONDS
            elif now - supervised.progress_at > supervised.stall_seconds:
                self._report(
                    f"{supervised.program.name} has made no progress for "
                    f"{supervised.stall_seconds:.0f} s; killing it."
                )
                supervised.child.kill()
                supervised.stall_seconds = min(2 * supervised.stall_seconds, MAX_STALL_SECONDS)

    def _seconds_to_next_look(self) -> float:
        """Return the seconds until the next planned restart or check of progress."""
        planned = [s.restart_at - time.monotonic() for s in self._supervised if s.child is None]
        return max(0.0, min([*planned, PROGRESS_POLL_SECONDS]))

"""Start and stop programs, and measure their CPU time."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.setup.errors import BenchError
from bench.setup.pictures import ROOT

START_SECONDS = 180.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.02
# Processes count as idle if they use less than this share of one core for this long.
QUIET_SECONDS = 1.0
QUIET_SHARE = 0.1
TAIL_LINES = 15
# Roles of processes by a word in their command line; the first match counts.
ROLES = {
    "postgres": "Postgres",
    "redis": "Redis",
    "valkey": "Redis",
    "gunicorn": "web",
    "litserve": "LitServe",
    " beat": "beat",
    ".trainer.": "trainer",
    " worker": "worker",
}
OTHER = "supervisor"


def role_of(process: psutil.Process) -> str:
    """Return the role of a process in the table."""
    command = " ".join((process.name(), *process.cmdline()))
    return next((role for word, role in ROLES.items() if word in command), OTHER)


def descendants() -> Iterator[tuple[str, psutil.Process]]:
    """Yield all descendants of this process with their roles."""
    parents: dict[int, str] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            role = role_of(process)
            # Helper processes, such as multiprocessing's, count for their parent.
            if role == OTHER:
                role = parents.get(process.ppid(), OTHER)
            parents[process.pid] = role
            yield role, process
        except psutil.NoSuchProcess:
            continue


def cpu_seconds() -> Counter[str]:
    """Return CPU time so far, user and system, by role; ended processes count for their parent.

    The load generator is left out: it reports its own.
    """
    used: Counter[str] = Counter()
    for role, process in descendants():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used[role] += times.user + times.system + times.children_user + times.children_system
    return used


def wait_until_quiet() -> None:
    """Wait until all processes started by this one are idle.

    Raises BenchError if that takes too long.
    """
    deadline = time.monotonic() + START_SECONDS
    used = cpu_seconds().total()
    while True:
        time.sleep(QUIET_SECONDS)
        before, used = used, cpu_seconds().total()
        if used - before < QUIET_SHARE * QUIET_SECONDS:
            return
        if time.monotonic() > deadline:
            raise BenchError(f"The processes were still busy after {START_SECONDS:.0f} s.")


def find_process(role: str) -> psutil.Process:
    """Return the first process of a role. Raises BenchError if there is none."""
    for found, process in descendants():
        if found == role:
            return process
    raise BenchError(f"There is no process of the role {role!r}.")


def run_program(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module that prints one JSON object as its last line, and return that object.

    Raises BenchError with the end of its error output if it fails.
    """
    finished = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        tail = "\n".join(finished.stderr.splitlines()[-TAIL_LINES:])
        raise BenchError(f"{module} ended with exit status {finished.returncode}:\n{tail}")
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result


@contextmanager
def running_program(
    command: list[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program during the block; its output goes to the log."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a program and its remaining children: LitServe does not stop its own workers."""
    try:
        left = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        left = []
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(left, STOP_SECONDS)


def wait_until(
    ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes], log: Path
) -> None:
    """Wait for a program to be ready. Raises BenchError if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
            raise BenchError(f"{what} did not start; the end of {log}:\n{tail}")
        time.sleep(POLL_SECONDS)

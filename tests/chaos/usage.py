"""The memory and open files of the stack's processes."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from tests.chaos.stack import WORDS, Stack

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """The processes of one role together."""

    processes: int
    open_files: int
    mebibytes: float


def usage_by_role(stack: Stack) -> dict[str, Usage]:
    """Return what each part of the stack holds now; shared memory counts for each process."""
    parts: dict[str, Iterable[psutil.Process]] = {role: stack.tree(role) for role in WORDS}
    return {role: usage(parts[role]) for role in parts} | {"supervisor": usage([stack.supervisor])}


def usage(processes: Iterable[psutil.Process]) -> Usage:
    """Return the sum over processes; ended ones hold nothing."""
    count, files, memory = 0, 0, 0
    for process in processes:
        try:
            files += process.num_fds()
            memory += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        count += 1
    return Usage(count, files, memory / MEBIBYTE)

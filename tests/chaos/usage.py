"""How much memory and how many files the processes of the stack hold."""

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
    """What each part of the stack holds now; memory that processes share counts for each."""
    parts: dict[str, Iterable[psutil.Process]] = {role: stack.tree(role) for role in WORDS}
    return {role: usage(parts[role]) for role in parts} | {"supervisor": usage([stack.supervisor])}


def usage(processes: Iterable[psutil.Process]) -> Usage:
    """The sum over processes; those that have ended hold nothing."""
    count, files, memory = 0, 0, 0
    for process in processes:
        try:
            files += process.num_fds()
            memory += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        count += 1
    return Usage(count, files, memory / MEBIBYTE)

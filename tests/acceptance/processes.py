"""The processes below a running Tagloop, as the kernel lists them."""

import os
import signal
from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int) -> dict[int, str]:
    """Return every process below one: its id and its command line."""
    parents = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            parents[int(folder.name)] = (int(fields[1]), command.decode(errors="replace"))
    found: dict[int, str] = {}
    generation = {pid}
    while generation:
        generation = {child for child, (parent, _) in parents.items() if parent in generation}
        found |= {child: parents[child][1] for child in generation}
    return found


def matching(pid: int, text: str) -> set[int]:
    """Return the ids of processes below one whose command line contains this text."""
    return {child for child, command in descendants(pid).items() if text in command}


def kill(pids: set[int]) -> None:
    """Kill processes at once, so that they cannot clean up."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds now, in bytes."""
    pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")

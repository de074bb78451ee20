"""Measure the time and memory to read a header."""

import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shared.errors import PictureError
from shared.pictures import probe

MAX_PIXELS = 100_000_000
KIBIBYTE = 1024
RESET_PEAK = "5"


@dataclass(frozen=True)
class HeaderCost:
    """CPU milliseconds, memory in MiB, and the answer."""

    milliseconds: float
    mebibytes: float
    answer: str


def measure(content: bytes, at_once: int = 1) -> HeaderCost:
    """Read the header of a picture, `at_once` times concurrently."""
    with ThreadPoolExecutor(at_once) as pool:
        Path("/proc/self/clear_refs").write_text(RESET_PEAK)
        before = _mebibytes("VmRSS")
        started = time.process_time()
        answers = list(pool.map(look, [content] * at_once))
        seconds = time.process_time() - started
        return HeaderCost(seconds * 1000, _mebibytes("VmHWM") - before, answers[0])


def look(content: bytes) -> str:
    """Return the format and size of a picture, or the error."""
    try:
        found = probe(io.BytesIO(content), MAX_PIXELS)
    except PictureError as refusal:
        return str(refusal)
    return f"{found.format}, {found.width} x {found.height}"


def _mebibytes(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / KIBIBYTE

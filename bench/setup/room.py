"""The working folder and the scale of one benchmark run."""

import socket
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from bench.setup.pictures import Pictures, copy_distinct

HOST = "127.0.0.1"
MIN_IMAGES = 24


@dataclass(frozen=True)
class Scale:
    """How much to measure.

    rounds: how often to measure each figure; share: fraction of the full number of images.
    """

    rounds: int
    share: float

    def images(self, full: int) -> int:
        """Return the number of images to use instead of `full`."""
        return max(MIN_IMAGES, round(full * self.share))


FULL = Scale(rounds=2, share=1.0)
QUICK = Scale(rounds=2, share=0.2)


@dataclass
class Room:
    """A temporary folder for everything that a run writes."""

    folder: Path
    pictures: Pictures
    scale: Scale
    _copies: dict[tuple[Path, int], Path] = field(default_factory=dict)

    def part(self, name: str) -> Path:
        """Return a subfolder, created if missing."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """Return the log file of a program."""
        return self.part("logs") / f"{name}.log"

    def distinct_folder(self, pictures: Pictures, count: int) -> Path:
        """Return a folder of `count` different files, created once."""
        key = (pictures.folder, count)
        if key not in self._copies:
            folder = self.folder / f"distinct-{len(self._copies)}"
            self._copies[key] = copy_distinct(pictures, folder, count)
        return self._copies[key]


def new_owner() -> str:
    """Return an owner not used before, for whom the same bytes are new images."""
    return uuid.uuid4().hex


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port

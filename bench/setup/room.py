"""Where one run of the benchmark works, and how much it measures."""

import socket
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from bench.setup.pictures import Pictures, copy_distinct

HOST = "127.0.0.1"
MIN_IMAGES = 24


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    rounds: how often each figure is measured; share: the part of the full number of images.
    """

    rounds: int
    share: float

    def images(self, full: int) -> int:
        """Return how many images to use where the full run uses `full`."""
        return max(MIN_IMAGES, round(full * self.share))


FULL = Scale(rounds=2, share=1.0)
QUICK = Scale(rounds=2, share=0.2)


@dataclass
class Room:
    """A temporary folder with everything that a run writes."""

    folder: Path
    pictures: Pictures
    scale: Scale
    _copies: dict[tuple[Path, int], Path] = field(default_factory=dict)

    def part(self, name: str) -> Path:
        """Return a folder inside, made when it is not there."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """Return the log file of a program."""
        return self.part("logs") / f"{name}.log"

    def distinct_folder(self, pictures: Pictures, count: int) -> Path:
        """Return a folder of `count` different files, made once."""
        key = (pictures.folder, count)
        if key not in self._copies:
            folder = self.folder / f"distinct-{len(self._copies)}"
            self._copies[key] = copy_distinct(pictures, folder, count)
        return self._copies[key]


def new_owner() -> str:
    """Return an owner whom no earlier measurement used: the same bytes are a new image then."""
    return uuid.uuid4().hex


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port

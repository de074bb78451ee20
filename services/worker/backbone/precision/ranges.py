"""The ranges of a network's activations, which 8-bit integers have to cover.

`python -m bench.networks.quantise` measures them on pictures and writes a network's file into
`data`. Weights need no file: each machine quantises the network's own.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save

FOLDER = Path(__file__).parent / "data"
# Metadata key of everything but the arrays.
METADATA = "tagloop"


@dataclass(frozen=True)
class Point:
    """A place in the graph at which activations become 8-bit integers.

    source: number of the operation that computes them. targets: the operations, and which of their
    inputs, that take the integers. low, high: the range, of shape (1, 1, 1, 1) for all channels
    together, or (1, channels, 1, 1).
    """

    source: int
    targets: tuple[tuple[int, int], ...]
    low: NDArray[np.float32]
    high: NDArray[np.float32]


@dataclass(frozen=True)
class Ranges:
    """All points of a network's graph. graph: the digest of the graph that they were made for."""

    graph: str
    points: tuple[Point, ...]

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        arrays: dict[str, NDArray[np.float32]] = {}
        for number, point in enumerate(self.points):
            arrays |= {f"low.{number}": point.low, f"high.{number}": point.high}
        places = [[point.source, point.targets] for point in self.points]
        # One entry: safetensors writes several in any order.
        metadata = {METADATA: json.dumps({"graph": self.graph, "points": places})}
        return save(arrays, metadata)


def path_of(name: str) -> Path:
    """Return the path at which the ranges of a network ship, whether or not there are any."""
    return FOLDER / f"{name}.safetensors"


def shipped_ranges(name: str) -> Ranges | None:
    """Return the ranges of a network that come with the program, if there are any."""
    path = path_of(name)
    if not path.exists():
        return None
    with safe_open(str(path), "numpy") as file:
        document = json.loads(file.metadata()[METADATA])
        points = tuple(
            Point(
                source,
                tuple((operation, place) for operation, place in targets),
                file.get_tensor(f"low.{number}"),
                file.get_tensor(f"high.{number}"),
            )
            for number, (source, targets) in enumerate(document["points"])
        )
    return Ranges(document["graph"], points)

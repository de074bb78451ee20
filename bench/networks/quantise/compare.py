"""How near the embeddings of 8-bit integers are to those of float32."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import openvino
from numpy.typing import NDArray

from services.worker.backbone.precision.processor import has_vnni
from services.worker.backbone.precision.quantise import quantise
from services.worker.backbone.precision.ranges import Ranges
from services.worker.backbone.runtimes.openvino_core import openvino_core

Squares = Sequence[NDArray[np.uint8]]


class IntegerComparison:
    """Compares a network for integers with the same network in float32, on the same pictures."""

    def __init__(self, graph: Path, squares: Squares) -> None:
        """Embed the pictures, (side, side, 3) RGB each, in float32."""
        self._graph = graph
        self._squares = squares
        self._exact = _embed(openvino_core().read_model(graph), squares)

    def cosines(self, ranges: Ranges) -> list[float]:
        """Return the cosine between both embeddings of each picture."""
        graph = openvino_core().read_model(self._graph)
        quantise(graph, ranges, for_vnni=has_vnni())
        near = _embed(graph, self._squares)
        products = (near * self._exact).sum(axis=1)
        lengths = np.linalg.norm(near, axis=1) * np.linalg.norm(self._exact, axis=1)
        return [float(cosine) for cosine in products / lengths]

    def gains(self, ranges: Ranges) -> list[tuple[int, float]]:
        """Return each point and how much the median cosine gains without it, most first."""
        whole = median(self.cosines(ranges))
        gains = []
        for number in range(len(ranges.points)):
            others = ranges.points[:number] + ranges.points[number + 1 :]
            gains.append((number, median(self.cosines(replace(ranges, points=others))) - whole))
        return sorted(gains, key=lambda gain: gain[1], reverse=True)


def summary(cosines: Sequence[float]) -> str:
    """Return the median, the fifth percentile and the minimum."""
    fifth = quantiles(cosines, n=20)[0]
    return f"median {median(cosines):.4f}, 5th percentile {fifth:.4f}, least {min(cosines):.4f}"


def _embed(graph: openvino.Model, squares: Squares) -> NDArray[np.float32]:
    """Return the embeddings, (pictures, dimensions)."""
    properties = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    network = openvino_core().compile_model(graph, "CPU", properties)
    return np.stack([network(square[np.newaxis])[0][0].copy() for square in squares])

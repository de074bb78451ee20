"""Tagloop's own decoding and OpenVINO network, in batches, for peers that serve it."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone.convert import GRAPH_FILE
from services.worker.backbone.interface import Description
from services.worker.backbone.runtimes.openvino_core import openvino_core
from services.worker.backbone.runtimes.openvino_runtime import load_openvino_backbone
from services.worker.decoding.square import decode_square, prepare_opencv
from shared.config import load_settings
from shared.pictures.headers.header import UPRIGHT

TOP = 5


class BatchedTagger:
    """Tags batches with Tagloop's own code, so that only the server around it differs."""

    def __init__(self, threads: int) -> None:
        """Compile the network for any batch size; threads: OpenVINO's, in this process."""
        settings = load_settings()
        cache = settings.cache_dir.expanduser()
        own = load_openvino_backbone(settings, lanes=1)
        self.description: Description = own.description
        self._head = own.first_head
        prepare_opencv()
        core = openvino_core()
        graph = core.read_model(newest_graph(cache, settings.backbone))
        side = self.description.side
        graph.reshape([-1, side, side, 3])
        self._network = core.compile_model(
            graph, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        )

    def decode(self, file: BinaryIO) -> NDArray[np.uint8]:
        """Decode a JPEG to the network's input: (side, side, 3) uint8."""
        return decode_square(
            memoryview(file.read()),
            "JPEG",
            UPRIGHT,
            self.description.side,
            self.description.crop,
        ).pixels

    def tag(self, pixels: NDArray[np.uint8]) -> list[list[tuple[int, float]]]:
        """Return the five most probable classes of each picture, (n, side, side, 3)."""
        embeddings = self._network([pixels])[0]
        tags = []
        for row in self._head.leaf_probabilities(embeddings):
            best = np.argsort(row)[: -TOP - 1 : -1]
            tags.append(list(zip(best.tolist(), row[best].tolist(), strict=True)))
        return tags


def newest_graph(cache: Path, name: str) -> Path:
    """Return the path of the network that the worker's runtime has converted for this machine."""
    return max(cache.glob(f"{name}-*/{GRAPH_FILE}"), key=lambda path: path.stat().st_mtime)

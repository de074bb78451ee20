"""Backbones on the CPU, by OpenVINO."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from services.worker.backbone.convert import (
    DESCRIPTION_FILE,
    GRAPH_FILE,
    HEAD_FILE,
    INTEGER_GRAPH_FILES,
    VOCABULARY_FILE,
    converted_folder,
)
from services.worker.backbone.interface import Description, has_text
from services.worker.backbone.precision.choose import Choice, choose_precision
from services.worker.backbone.precision.measure import Measured, find_measured, float_precision
from services.worker.backbone.precision.processor import has_vnni
from services.worker.backbone.runtimes.openvino_core import openvino_core
from services.worker.backbone.two_towers.text_tower import TextTower, text_tower_of
from shared.config import Settings
from shared.errors import ConfigError
from shared.model.head import Head
from shared.model.vocabulary import Vocabulary
from shared.model.vocabulary.stored import read_vocabulary

CONVERT_MODULE = "services.worker.backbone.convert"
CONVERT_SECONDS = 600
# With text, the words of the vocabulary are embedded as well, in seven sentences each.
CONVERT_TEXT_SECONDS = 7200

log = structlog.get_logger(__name__)


class OpenVinoBackbone:
    """Runs one picture at a time in each lane.

    On CPUs a batch is no faster, and its shape would vary. Each lane has its own stream: while one
    lane decodes, another runs the network, and no pixels change threads.
    """

    def __init__(
        self, folder: Path, lanes: int, choice: Choice, text: TextTower | None = None
    ) -> None:
        """Load what `convert` wrote to the folder, for this number of lanes."""
        self.choice = choice
        self._folder = folder
        self.text = text
        self.description = read_description(folder)
        self.first_head = Head.from_bytes((folder / HEAD_FILE).read_bytes())
        core = openvino_core()
        is_int8 = choice.precision == "int8"
        self._network = core.compile_model(
            core.read_model(folder / (INTEGER_GRAPH_FILES[has_vnni()] if is_int8 else GRAPH_FILE)),
            "CPU",
            {
                "NUM_STREAMS": lanes,
                "INFERENCE_NUM_THREADS": os.cpu_count() or 1,
                # A few layers of an int8 network are in floating point.
                "INFERENCE_PRECISION_HINT": float_precision(core) if is_int8 else choice.precision,
                # Decoding uses the same cores; a thread pinned to a core would have to wait for it.
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._lane = threading.local()
        # OpenVINO initialises itself at the first inference. Two lanes doing so at the same time
        # would deadlock on the GIL and a lock of OpenVINO.
        side = self.description.side
        self.embed(np.zeros((side, side, 3), np.uint8))

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words of its classes, read from the folder; None for ImageNet's."""
        file = self._folder / VOCABULARY_FILE
        return read_vocabulary(file.read_text(encoding="utf-8")) if file.exists() else None

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """Run the network in the calling thread; return a future that is already done."""
        if not hasattr(self._lane, "request"):
            self._lane.request = self._network.create_infer_request()
        request = self._lane.request
        # Passing the array to `infer` costs twice as much: it inspects the type of its input.
        request.get_input_tensor().data[0] = pixels
        request.start_async()
        request.wait()
        done: Future[NDArray[np.float32]] = Future()
        done.set_result(request.get_output_tensor().data[0].copy())
        return done

    def close(self) -> None:
        """Do nothing: no inference runs outside a lane."""


def read_description(folder: Path) -> Description:
    """Return the description of a converted network."""
    return Description(**json.loads((folder / DESCRIPTION_FILE).read_text()))


def load_openvino_backbone(
    settings: Settings, lanes: int, agreed: str | None = None
) -> OpenVinoBackbone:
    """Load the configured network; on a new machine, convert and measure it first.

    agreed: `float` or `int8`, if the database's embeddings have that precision.

    Raises:
        ConfigError: the network can't be loaded, or not in the configured precision.
    """
    weights = settings.backbone_weights
    folder = converted_folder(
        settings.backbone, settings.cache_dir, weights, settings.backbone_words
    )
    measured = find_measured(folder) or _convert(settings)
    choice = choose_precision(settings.precision, agreed, measured)
    return OpenVinoBackbone(folder, lanes, choice, text_tower_of(settings.backbone, weights))


def _convert(settings: Settings) -> Measured:
    log.info("converting and measuring the network for this machine", network=settings.backbone)
    result = subprocess.run(
        [sys.executable, "-m", CONVERT_MODULE],
        check=False,
        capture_output=True,
        text=True,
        timeout=CONVERT_TEXT_SECONDS if has_text(settings.backbone) else CONVERT_SECONDS,
        env={
            **os.environ,
            "TAGLOOP_BACKBONE": settings.backbone,
            "TAGLOOP_BACKBONE_WEIGHTS": str(settings.backbone_weights or ""),
            "TAGLOOP_BACKBONE_WORDS": str(settings.backbone_words or ""),
            "TAGLOOP_CACHE_DIR": str(settings.cache_dir),
        },
    )
    if result.returncode != 0:
        raise ConfigError(result.stderr.strip().splitlines()[-1])
    return Measured(**json.loads(result.stdout.splitlines()[-1]))

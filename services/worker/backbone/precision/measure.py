"""Measure how long this processor takes for a network in each precision."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import openvino
from numpy.typing import NDArray

from services.worker.backbone.precision.processor import describe_processor
from services.worker.backbone.runtimes.openvino_core import openvino_core

MEASURED_FILE = "measured.json"
ROUNDS = 9
PASSES = 8
# Large networks get fewer rounds.
MAX_SECONDS = 4.0
# Correct integers reach 0.99; a processor on which they overflow would be far below.
MIN_COSINE = 0.95
# Colours in a grid of squares, each of this many pixels.
PATCH = 32


@dataclass(frozen=True)
class Measured:
    """CPU milliseconds a picture, by precision, on a kind of processor."""

    processor: str
    milliseconds: Mapping[str, float]


def find_measured(folder: Path) -> Measured | None:
    """Return the timings of this kind of processor, if there are any."""
    try:
        found = Measured(**json.loads((folder / MEASURED_FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.processor == describe_processor() else None


def write_measured(measured: Measured, folder: Path) -> None:
    """Write the timings to the folder of the converted network."""
    (folder / MEASURED_FILE).write_text(json.dumps(asdict(measured), indent=1) + "\n")


def measure_precisions(graph: Path, integers: Path | None, side: int) -> Measured:
    """Time a network in each precision, in turns; takes about two seconds.

    graph: the network in float32. integers: the same for 8-bit integers, if there is one.
    """
    core = openvino_core()
    networks = {"f32": _request(core, graph, "f32")}
    if has_bf16(core):
        networks["bf16"] = _request(core, graph, "bf16")
    if integers is not None:
        networks["int8"] = _request(core, integers, float_precision(core))
    sample = _sample(side)
    embeddings = {name: _embed(request, sample) for name, request in networks.items()}
    spent: dict[str, list[float]] = {name: [] for name in networks}
    begun = time.process_time()
    for _ in range(ROUNDS):
        if time.process_time() - begun > MAX_SECONDS:
            break
        for name, request in networks.items():
            # CPU time: another program on the same cores hardly changes it.
            started = time.process_time()
            for _ in range(PASSES):
                request.start_async()
                request.wait()
            spent[name].append(1000 * (time.process_time() - started) / PASSES)
    return Measured(
        describe_processor(),
        {
            name: round(median(times), 2)
            for name, times in spent.items()
            if _cosine(embeddings[name], embeddings["f32"]) >= MIN_COSINE
        },
    )


def has_bf16(core: openvino.Core) -> bool:
    """Return whether the processor computes in bfloat16."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def float_precision(core: openvino.Core) -> str:
    """Return the faster floating-point precision: bfloat16 where the processor has it."""
    return "bf16" if has_bf16(core) else "f32"


def _request(core: openvino.Core, graph: Path, precision: str) -> openvino.InferRequest:
    properties = {
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": 1,
        "INFERENCE_PRECISION_HINT": precision,
        "ENABLE_CPU_PINNING": False,
    }
    return core.compile_model(core.read_model(graph), "CPU", properties).create_infer_request()


def _sample(side: int) -> NDArray[np.uint8]:
    """Return a square of coloured patches, (side, side, 3); always the same."""
    count = -(-side // PATCH)
    colours = np.random.default_rng(0).integers(0, 256, (count, count, 3), np.uint8)
    return colours.repeat(PATCH, 0).repeat(PATCH, 1)[:side, :side]


def _embed(request: openvino.InferRequest, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    request.get_input_tensor().data[0] = pixels
    request.start_async()
    request.wait()
    embedding: NDArray[np.float32] = request.get_output_tensor().data[0].copy()
    return embedding


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

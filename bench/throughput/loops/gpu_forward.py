"""The network alone on a torch device: batches, precision, memory layout, CUDA graphs; nvJPEG."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from bench.results.stats import Figure
from services.worker.backbone.networks.timm_network import Embedder, load_network

BATCHES = (1, 16, 64, 256)
WARM_UP_PASSES = 3
ROUNDS = 5
# Of lite0; other networks take it as well.
SIDE = 224
# Each round passes at least this many pictures.
IMAGES = 2048
DECODED_AT_ONCE = 64

Pass = Callable[[], object]


def measure_forward(name: str, device: str, images: int = IMAGES) -> Iterator[Figure]:
    """Yield images per second of every configuration, pictures already on the device."""
    for layout, memory_format in (
        ("contiguous", torch.contiguous_format),
        ("channels-last", torch.channels_last),
    ):
        embedder = load_network(name).embedder.to(device)
        embedder.to(memory_format=memory_format)
        for precision in (torch.float32, torch.bfloat16):
            for batch in BATCHES:
                label = f"forward, {layout}, {str(precision).removeprefix('torch.')}, batch {batch}"
                run = _pass(embedder, device, precision, batch)
                yield _figure(label, run, device, batch, images)
                if device == "cuda":
                    captured = _captured(run)
                    yield _figure(f"{label}, CUDA graph", captured, device, batch, images)


def measure_nvjpeg(paths: list[Path], images: int = IMAGES) -> Figure:
    """Return images per second of decoding JPEGs on the GPU, at full size."""
    from torchvision.io import ImageReadMode, decode_jpeg

    files = [torch.from_numpy(np.fromfile(path, np.uint8)) for path in paths[:DECODED_AT_ONCE]]

    def decode() -> object:
        return decode_jpeg(files, ImageReadMode.RGB, device="cuda")

    return _figure("decode on the GPU (nvJPEG)", decode, "cuda", len(files), images)


def _pass(embedder: Embedder, device: str, precision: torch.dtype, batch: int) -> Pass:
    pixels = torch.zeros(batch, SIDE, SIDE, 3, dtype=torch.uint8, device=device)
    lower = precision != torch.float32

    @torch.inference_mode()
    def run() -> object:
        with torch.autocast(device, torch.bfloat16, enabled=lower, cache_enabled=False):
            return embedder(pixels)

    return run


def _captured(run: Pass) -> Pass:
    """Return the same pass as one CUDA graph, which costs a single launch."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP_PASSES):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def _figure(label: str, run: Pass, device: str, batch: int, images: int) -> Figure:
    for _ in range(WARM_UP_PASSES):
        run()
    passes = max(1, images // batch)
    rates = []
    for _ in range(ROUNDS):
        _finish(device)
        started = time.perf_counter()
        for _ in range(passes):
            run()
        _finish(device)
        rates.append(passes * batch / (time.perf_counter() - started))
    return Figure(label, label, "images/s", tuple(rates))


def _finish(device: str) -> None:
    """Wait for the device: launches return before their work is done."""
    if device == "cuda":
        torch.cuda.synchronize()

"""The network alone on a torch device: batches, precision, memory layout, CUDA graphs."""

from collections.abc import Callable, Iterator

import torch

from bench.networks.gpu.timing import WARM_UP_CALLS, Rounds, measure
from bench.results.stats import Figure
from services.worker.backbone.networks.timm_network import Embedder, load_network

BATCHES = (1, 16, 64, 256)
SMALL_BATCHES = (1, 4)
LAYOUTS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
# Of lite0; other networks take it as well.
SIDE = 224

Pass = Callable[[], object]


def measure_forward(
    name: str, device: str, batches: tuple[int, ...], rounds: Rounds
) -> Iterator[Figure]:
    """Yield images per second of every configuration, pictures already on the device."""
    for layout, memory_format in LAYOUTS.items():
        embedder = load_network(name).embedder.to(device)
        embedder.to(memory_format=memory_format)
        for precision, dtype in PRECISIONS.items():
            for batch in batches:
                label = f"forward, {layout}, {precision}, batch {batch}"
                run = one_pass(embedder, device, dtype, batch)
                finish = finishing(device)
                yield measure(label, run, batch, rounds, finish)
                if device == "cuda":
                    yield measure(f"{label}, CUDA graph", captured(run), batch, rounds, finish)


def one_pass(embedder: Embedder, device: str, dtype: torch.dtype, batch: int) -> Pass:
    """Return a function that runs the network on a batch of black pictures."""
    pixels = torch.zeros(batch, SIDE, SIDE, 3, dtype=torch.uint8, device=device)
    is_lower = dtype != torch.float32

    @torch.inference_mode()
    def run() -> object:
        with torch.autocast(device, torch.bfloat16, enabled=is_lower, cache_enabled=False):
            return embedder(pixels)

    return run


def captured(run: Pass) -> Pass:
    """Return the same pass as one CUDA graph, which costs a single launch."""
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP_CALLS):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def finishing(device: str) -> Callable[[], object]:
    """Return a function that waits for the work of a device."""
    return torch.cuda.synchronize if device == "cuda" else lambda: None

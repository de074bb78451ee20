"""LitServe with batching.

`python -m bench.throughput.peers.litserve_app --runtime torch|torch-bf16|openvino` serves it.
It returns the five most probable classes and stores nothing, which saves it work that Tagloop does.
"""

import argparse
from collections.abc import Mapping
from typing import Any, cast

import litserve
import numpy as np
from fastapi import Request
from numpy.typing import NDArray

TORCH, TORCH_BF16, OPENVINO = RUNTIMES = ("torch", "torch-bf16", "openvino")
PATH = "/predict"


class TaggingApi(litserve.LitAPI):
    """One network per LitServe worker process."""

    def __init__(self, runtime: str, threads: int, batch: int, timeout_seconds: float) -> None:
        super().__init__(max_batch_size=batch, batch_timeout=timeout_seconds, api_path=PATH)
        self._runtime = runtime
        self._threads = threads
        self._batch = batch

    def setup(self, device: str) -> None:
        """Load the network in the worker process, and warm it up for every batch size."""
        if self._runtime == OPENVINO:
            from bench.throughput.peers.batched_openvino import BatchedTagger

            self._tagger: Any = BatchedTagger(self._threads)
        else:
            from bench.throughput.peers.eager import EagerTagger

            self._tagger = EagerTagger(self._threads, bfloat16=self._runtime == TORCH_BF16)
        side = self._tagger.description.side
        for size in range(1, self._batch + 1):
            self._tagger.tag(np.zeros((size, side, side, 3), np.uint8))

    def decode_request(self, request: Request) -> NDArray[np.uint8]:
        """Decode the uploaded file; LitServe passes the request's form."""
        form = cast(Mapping[str, Any], request)
        return self._tagger.decode(form["file"].file)

    def batch(self, inputs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Stack pictures into one array."""
        return np.stack(inputs)

    def predict(self, x: NDArray[np.uint8]) -> list[list[tuple[int, float]]]:
        """Return the classes of each picture."""
        return self._tagger.tag(x)

    def unbatch(self, output: list[list[tuple[int, float]]]) -> list[list[tuple[int, float]]]:
        """Return one answer per request."""
        return output

    def encode_response(self, output: list[tuple[int, float]]) -> dict[str, Any]:
        """Return the answer as JSON."""
        return {"tags": output}


def main() -> None:
    """Serve until a signal arrives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime", choices=RUNTIMES, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--timeout-ms", type=float, required=True)
    options = parser.parse_args()
    api = TaggingApi(options.runtime, options.threads, options.batch, options.timeout_ms / 1000)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=options.workers)
    server.run(port=options.port, log_level="warning", generate_client_file=False)


if __name__ == "__main__":
    main()

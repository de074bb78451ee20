"""Backbones on a GPU, by torch. Tests run the same code on the CPU."""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from services.worker.backbone.networks.any_network import load_any_network
from services.worker.backbone.networks.timm_network import Network
from services.worker.backbone.precision.choose import Choice
from services.worker.backbone.two_towers.text_tower import TextTower, text_tower_of
from shared.errors import BackboneStalled

BATCH_IMAGES = 64
# Decoded pictures that may wait: the next batch fills while the current one is computed.
AHEAD_IMAGES = 2 * BATCH_IMAGES
# Longer than any batch on any device.
STALLED_SECONDS = 60.0


@dataclass(frozen=True)
class PendingPicture:
    """A picture that waits for the network, or is in it."""

    pixels: NDArray[np.uint8]
    embedding: Future[NDArray[np.float32]]


class TorchBackbone:
    """One thread owns the network and runs all waiting pictures, up to a full batch, at a time."""

    def __init__(self, network: Network, device: str, text: TextTower | None = None) -> None:
        self.text = text
        self.description = network.description
        self.first_head = network.first_head
        self.vocabulary = network.vocabulary
        self.choice = Choice("bf16", f"torch computes in bfloat16 on {device}.")
        self._device = torch.device(device)
        self._embedder = network.embedder.to(self._device)
        # Tensor cores read the weights of convolutions in this layout.
        self._embedder.to(memory_format=torch.channels_last)
        self._waiting: queue.Queue[PendingPicture | None] = queue.Queue(AHEAD_IMAGES)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """Queue a picture for the next batch; block while two batches are queued.

        Raises:
            BackboneStalled: the network took no picture for a long time.
        """
        waiting = PendingPicture(pixels, Future())
        try:
            self._waiting.put(waiting, timeout=STALLED_SECONDS)
        except queue.Full as error:
            raise BackboneStalled from error
        return waiting.embedding

    def close(self) -> None:
        """Finish what was accepted and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while batch := self._take_batch():
            try:
                embeddings = self._forward(np.stack([waiting.pixels for waiting in batch]))
            # Every caller gets an answer, whatever the error, and the thread goes on.
            except Exception as error:
                for waiting in batch:
                    waiting.embedding.set_exception(error)
                continue
            for waiting, embedding in zip(batch, embeddings, strict=True):
                waiting.embedding.set_result(embedding)

    def _take_batch(self) -> list[PendingPicture]:
        """Return all waiting pictures, at least one; an empty list once the backbone is closed."""
        batch = []
        first = self._waiting.get()
        while first is not None:
            batch.append(first)
            if len(batch) == BATCH_IMAGES or self._waiting.empty():
                return batch
            first = self._waiting.get()
        if batch:
            self._waiting.put(None)
        return batch

    def _forward(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        on_gpu = self._device.type == "cuda"
        host = torch.from_numpy(pixels)
        if on_gpu:
            host = host.pin_memory()
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16):
            embeddings = self._embedder(host.to(self._device, non_blocking=on_gpu))
        return embeddings.float().cpu().numpy()


def load_torch_backbone(
    name: str, device: str, weights: Path | None = None, words: Path | None = None
) -> TorchBackbone:
    """Load a network on a torch device.

    weights: a file with its weights; None: a package or the hub has them. words: a list of words
    for a network with text.

    Raises:
        ConfigError: as `load_any_network` does.
    """
    network = load_any_network(name, weights, words)
    return TorchBackbone(network, device, text_tower_of(name, weights))

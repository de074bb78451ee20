"""Lanes: the threads in which pictures are read, decoded and sent through the network."""

import os
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone import Backbone
from services.worker.decoding import Decoder
from shared.config import Settings
from shared.db.tagging import ClaimedImage
from shared.errors import BackboneStalled, TagloopError
from shared.metrics import stage_seconds
from shared.storage import Storage, original_key

# Longer than any batch on any device.
BACKBONE_SECONDS = 60.0


def count_lanes(configured: int) -> int:
    """How many lanes a worker has: one more than cores, so that a core never waits for a disk."""
    return configured or (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Embedded:
    """An image and its embedding, (dimensions,) float32."""

    image: ClaimedImage
    embedding: NDArray[np.float32]


@dataclass(frozen=True)
class Rejected:
    """An image that has no embedding, and why."""

    image: ClaimedImage
    error: TagloopError


class Lanes:
    """Embeds pictures, several at a time. One bad picture fails alone."""

    def __init__(
        self, settings: Settings, storage: Storage, backbone: Backbone, lanes: int
    ) -> None:
        self._storage = storage
        self._backbone = backbone
        self._decoders = [Decoder(backbone.description, settings) for _ in range(lanes)]
        self._idle_decoders = queue.SimpleQueue[Decoder]()
        for decoder in self._decoders:
            self._idle_decoders.put(decoder)
        self._executor = ThreadPoolExecutor(lanes, thread_name_prefix="lane")

    def embed(self, images: Iterable[ClaimedImage]) -> list[Embedded | Rejected]:
        """Embed images; there is one outcome for each, in their order.

        Raises:
            BackboneStalled: the network took a picture and gives nothing back.
        """
        started = [(image, self._executor.submit(self._start, image)) for image in images]
        return [self._finish(image, future) for image, future in started]

    def close(self) -> None:
        """Finish what was begun and end the threads."""
        self._executor.shutdown()
        for decoder in self._decoders:
            decoder.close()

    def _start(self, image: ClaimedImage) -> Future[NDArray[np.float32]]:
        with stage_seconds.labels("fetch").time():
            data = self._storage.get(original_key(image.id))
        with stage_seconds.labels("decode").time(), self._decoder() as decoder:
            pixels = decoder.decode(data, image.format, image.orientation)
        with stage_seconds.labels("infer").time():
            return self._backbone.embed(pixels)

    def _finish(
        self,
        image: ClaimedImage,
        started: Future[Future[NDArray[np.float32]]],
    ) -> Embedded | Rejected:
        try:
            # Reading and decoding have limits of their own; only the network has none.
            return Embedded(image, started.result().result(BACKBONE_SECONDS))
        except TimeoutError as error:
            raise BackboneStalled from error
        except BackboneStalled:
            raise
        except TagloopError as error:
            return Rejected(image, error)

    @contextmanager
    def _decoder(self) -> Iterator[Decoder]:
        decoder = self._idle_decoders.get()
        try:
            yield decoder
        finally:
            self._idle_decoders.put(decoder)

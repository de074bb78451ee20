"""Lanes: threads that read and decode pictures and run them through the network."""

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
from services.worker.decoding.protocol import Square
from shared.config import Settings
from shared.db.images.tagging import ClaimedImage
from shared.errors import BackboneStalled, TagloopError
from shared.observability.metrics import stage_seconds
from shared.pictures.fingerprint import Fingerprint
from shared.storage.storage import Storage, original_key

# Longer than any batch on any device.
BACKBONE_SECONDS = 60.0


def count_lanes(configured: int) -> int:
    """Return the number of lanes: one more than cores, so that no core waits for a disk."""
    return configured or (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Embedded:
    """An image and its embedding, (dimensions,) float32; decoded_share: 1 if it is complete."""

    image: ClaimedImage
    embedding: NDArray[np.float32]
    decoded_share: float
    fingerprint: Fingerprint | None


@dataclass(frozen=True)
class Rejected:
    """An image that has no embedding, and the reason."""

    image: ClaimedImage
    error: TagloopError


@dataclass(frozen=True)
class Seen:
    """A decoded picture whose embedding is being computed."""

    embedding: Future[NDArray[np.float32]]
    square: Square


class Lanes:
    """Embeds pictures, several at a time. A bad picture fails alone."""

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

    def embed(self, images: Iterable[ClaimedImage]) -> Iterator[Embedded | Rejected]:
        """Start to embed images at once; return an iterator over their outcomes, in order.

        Raises:
            BackboneStalled: the network took a picture and did not return; raised by the iterator.
        """
        started = [
            (image, self._submit(original_key(image.id), image.format, image.orientation))
            for image in images
        ]
        return (self._finish(image, future) for image, future in started)

    def embed_one(self, key: str, picture_format: str, orientation: int) -> NDArray[np.float32]:
        """Return the embedding, (dimensions,), of a picture under any key of the storage.

        Raises:
            TagloopError: it can't be read or decoded.
            BackboneStalled: the network took it and did not return.
        """
        return _result(self._submit(key, picture_format, orientation))[0]

    def take_fingerprint(
        self, key: str, picture_format: str, orientation: int
    ) -> Fingerprint | None:
        """Return the fingerprint of a picture under any key of the storage, without the network.

        Raises:
            TagloopError: it can't be read or decoded.
        """
        return (
            self._executor.submit(self._decode, key, picture_format, orientation)
            .result()
            .fingerprint
        )

    def close(self) -> None:
        """Finish the pictures in progress and end the threads."""
        self._executor.shutdown()
        for decoder in self._decoders:
            decoder.close()

    def _submit(self, key: str, picture_format: str, orientation: int) -> Future[Seen]:
        return self._executor.submit(self._start, key, picture_format, orientation)

    def _decode(self, key: str, picture_format: str, orientation: int) -> Square:
        with stage_seconds.labels("fetch").time():
            data = self._storage.get(key)
        with stage_seconds.labels("decode").time(), self._decoder() as decoder:
            return decoder.decode(data, picture_format, orientation)

    def _start(self, key: str, picture_format: str, orientation: int) -> Seen:
        square = self._decode(key, picture_format, orientation)
        with stage_seconds.labels("infer").time():
            return Seen(self._backbone.embed(square.pixels), square)

    def _finish(self, image: ClaimedImage, started: Future[Seen]) -> Embedded | Rejected:
        try:
            embedding, square = _result(started)
            return Embedded(image, embedding, square.share, square.fingerprint)
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


def _result(started: Future[Seen]) -> tuple[NDArray[np.float32], Square]:
    """Return a picture's embedding and its decoded square."""
    try:
        # Reading and decoding have their own time limits; only the network has none.
        seen = started.result()
        return seen.embedding.result(BACKBONE_SECONDS), seen.square
    except TimeoutError as error:
        raise BackboneStalled from error

"""The worker's side of a decoder process: one for each lane, replaced when a picture crashes it."""

import os

from services.worker.backbone import Description
from services.worker.decoding.protocol import (
    PIXELS,
    DecodeRefused,
    DecodeRequest,
    SharedMemory,
    Square,
    create_memory,
)
from shared.config import Settings
from shared.errors import DamagedPicture, TooManyBytes
from shared.pictures.isolated import IsolatedProcess, Limits

CHILD_MODULE = "services.worker.decoding.child"


class Decoder:
    """Turns encoded pictures into squares of pixels. For one thread."""

    def __init__(self, description: Description, settings: Settings) -> None:
        self._descriptor = create_memory(description.side, settings.max_image_bytes)
        self._memory = SharedMemory(self._descriptor, description.side)
        limits = Limits(settings.decode_seconds, settings.decode_memory_bytes)
        self._process = IsolatedProcess(
            CHILD_MODULE,
            (
                *(self._descriptor, description.side, description.crop),
                *(limits.seconds, limits.memory_bytes),
            ),
            limits,
            [self._descriptor],
        )

    def decode(self, data: memoryview, format: str, orientation: int) -> Square:
        """Return the square in the middle of a picture.

        Raises:
            DamagedPicture: it can't be decoded, or not within the limits on time and memory.
            DecoderCrashed: it crashed the decoder.
            TooManyBytes: it is larger than this server now accepts.
        """
        if len(data) > len(self._memory.file):
            raise TooManyBytes
        self._memory.file[: len(data)] = data
        answer = self._process.ask(DecodeRequest(len(data), orientation, format).pack())
        if answer[0] == PIXELS:
            return Square.answered(answer, self._memory.pixels.copy())
        if answer[0] == DecodeRefused.MEMORY:
            raise self._process.too_much_memory()
        raise DamagedPicture(answer[1:].decode())

    def close(self) -> None:
        """End the process."""
        self._process.close()
        os.close(self._descriptor)

"""Make smaller versions of pictures in a few processes with limits on time and memory."""

import queue
from threading import Lock

from shared.errors import DamagedPicture, Unavailable
from shared.pictures.isolated import IsolatedProcess, Limits
from shared.pictures.renditions.render import RenderOutcome

CHILD_MODULE = "shared.pictures.renditions.render"
# Per web process. They start when first needed, and take 50 MB each.
PROCESSES = 2
# A page requests dozens at once, and each takes a few hundredths of a second.
WAIT_SECONDS = 20.0


class Renderer:
    """Makes smaller versions of pictures. Thread-safe."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._idle = queue.LifoQueue[IsolatedProcess | None]()
        for _ in range(PROCESSES):
            self._idle.put(None)

    def render(self, data: memoryview, max_side: int) -> bytes:
        """Return a picture as a JPEG whose longer side has at most `max_side` pixels.

        Raises:
            DamagedPicture: it cannot be decoded within the limits on time and memory.
            DecoderCrashed: the process ended.
            Unavailable: all processes are busy.
        """
        try:
            process = self._idle.get(timeout=WAIT_SECONDS)
        except queue.Empty as error:
            raise Unavailable("Too many thumbnails are being made; try again later.") from error
        try:
            process = process or self._start()
            answer = process.ask(str(max_side).encode(), data)
        finally:
            self._idle.put(process)
        if answer[0] == RenderOutcome.DONE:
            return answer[1:]
        if answer[0] == RenderOutcome.MEMORY:
            raise process.too_much_memory()
        raise DamagedPicture(answer[1:].decode())

    def close(self) -> None:
        """End the processes; none may be in use."""
        for _ in range(PROCESSES):
            process = self._idle.get()
            if process is not None:
                process.close()

    def _start(self) -> IsolatedProcess:
        limits = self._limits
        return IsolatedProcess(CHILD_MODULE, (limits.seconds, limits.memory_bytes), limits)


_renderers: dict[Limits, Renderer] = {}
_lock = Lock()


def shared_renderer(limits: Limits) -> Renderer:
    """Return the renderer of this process."""
    with _lock:
        return _renderers.setdefault(limits, Renderer(limits))

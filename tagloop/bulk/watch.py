"""Wait for the tags of sent pictures with few small requests."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Event as Flag

from tagloop.bulk.events import Event, Outcome
from tagloop.bulk.patience import patiently
from tagloop.client.client import Client
from tagloop.client.documents import FAILED, QUEUED, StatusOfImage

# Ids in one question.
WINDOW = 200
POLL_SECONDS = 0.2
# While more pictures wait than fit into one question, ask less often.
BUSY_POLL_SECONDS = 1.0
# About a minute of work for the server, and a few megabytes here.
MAX_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """A file that was sent, and the id of its image."""

    image_id: str
    path: str


class Watch:
    """The pictures that are not tagged yet, oldest first.

    The server tags roughly in the order of arrival, so asking about the oldest is enough.
    """

    def __init__(self, client: Client, stop: Flag) -> None:
        self._client = client
        self._stop = stop
        self._waiting: deque[WaitingPicture] = deque()

    def add(self, files: Iterable[WaitingPicture]) -> None:
        """Watch more files. Thread-safe; blocks while very many are watched."""
        while len(self._waiting) >= MAX_WAITING:
            if self._stop.wait(POLL_SECONDS):
                return
        self._waiting.extend(files)

    def outcomes(self, is_complete: Flag) -> Iterator[list[Event]]:
        """Yield the outcomes of the pictures, until all added before `is_complete` are done.

        Raises NoAnswer, ServerFailed or Stopped as `patiently` does.
        """
        while not self._stop.is_set():
            # Read before the pictures, so that everything added before the flag is seen.
            was_complete = is_complete.is_set()
            window = list(islice(self._taken_off(), WINDOW))
            if not window and was_complete:
                return
            if window:
                done = self._ask(window)
                yield done
                if len(done) == len(window):
                    continue
            self._stop.wait(POLL_SECONDS if len(self._waiting) <= WINDOW else BUSY_POLL_SECONDS)

    def _taken_off(self) -> Iterator[WaitingPicture]:
        """Yield pictures from the front, one by one."""
        while self._waiting:
            yield self._waiting.popleft()

    def _ask(self, window: list[WaitingPicture]) -> list[Event]:
        """Return the outcomes of finished pictures; put the others back to the front."""
        ids = list({file.image_id for file in window})
        found = patiently(lambda: self._client.statuses(ids), self._stop)
        images = {image.id: image for image in found}
        queued = {image.id for image in found if image.status == QUEUED}
        self._waiting.extendleft(file for file in reversed(window) if file.image_id in queued)
        return [
            _outcome(file, images.get(file.image_id))
            for file in window
            if file.image_id not in queued
        ]


def _outcome(file: WaitingPicture, image: StatusOfImage | None) -> Event:
    if image is None:
        return Event(Outcome.FAILED, file.path, "it was deleted meanwhile", file.image_id)
    if image.status == FAILED:
        return Event(Outcome.FAILED, file.path, image.error, file.image_id)
    return Event(Outcome.TAGGED, file.path, image_id=file.image_id)

"""What the server promised to keep, and the responses that it must not give."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class Due(Enum):
    """What has to happen to an accepted picture."""

    DONE = "tagged, or failed with a reason"
    FAILED = "failed with a reason"


@dataclass(frozen=True)
class Accepted:
    """An image that the server accepted with 2xx; `at` is on the monotonic clock, seconds."""

    id: str
    owner: str
    due: Due
    at: float


@dataclass(frozen=True)
class Corrected:
    """A correction that the server accepted with 2xx."""

    id: int
    image: str
    tag: str
    verdict: str


@dataclass
class Ledger:
    """All responses of one run. Thread-safe.

    answers: how many there were, by status; "no answer" for connections that were lost or refused.
    wrong: descriptions of answers that break a promise.
    """

    accepted: dict[str, Accepted] = field(default_factory=dict)
    corrected: list[Corrected] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_accepted(self, image_id: str, owner: str, due: Due) -> None:
        """Record that the server accepted a picture; sending it again changes nothing."""
        with self._lock:
            image = Accepted(image_id, owner, due, time.monotonic())
            self.accepted.setdefault(image_id, image)

    def note_corrected(self, correction: Corrected) -> None:
        """Record that the server accepted a correction."""
        with self._lock:
            self.corrected.append(correction)

    def healthy_ids(self) -> list[str]:
        """Return the ids of the undamaged images so far."""
        with self._lock:
            return [image.id for image in self.accepted.values() if image.due is Due.DONE]

    def note_answer(self, status: str) -> None:
        """Count a response."""
        with self._lock:
            self.answers[status] += 1

    def note_wrong(self, what: str) -> None:
        """Record a response that no client should ever get."""
        with self._lock:
            self.wrong.append(what)

"""The seam between a run's life cycle and what it learns."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from sqlalchemy import Engine

from shared.config import Settings
from shared.model.head import Head
from shared.storage.storage import Storage

# Told what a run does now, in words, and how far it is, 0 to 1.
Progress = Callable[[str, float], None]


class Learned(Protocol):
    """What came out of learning.

    status: whether the candidate is to go live. reason: why, for people. report: its figures.
    head: the candidate; None where there was nothing to learn. parent: the version that it was
    made from and compared with.
    """

    @property
    def status(self) -> Literal["promoted", "rejected", "nothing"]: ...
    @property
    def reason(self) -> str: ...
    @property
    def report(self) -> Mapping[str, Any]: ...
    @property
    def head(self) -> Head | None: ...
    @property
    def parent(self) -> int | None: ...


class Learn(Protocol):
    """Learns from all corrections that runs have taken; writes nothing about runs or versions.

    tag_id: the only tag to teach; None: all of them.
    """

    def __call__(
        self,
        engine: Engine,
        storage: Storage,
        settings: Settings,
        *,
        tag_id: int | None,
        progress: Progress,
    ) -> Learned: ...

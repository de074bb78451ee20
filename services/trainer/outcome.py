"""The interface between the runs and the learning code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Engine

from shared.config import Settings
from shared.db.corrections.standings import Standing
from shared.model.head import Head
from shared.storage.storage import Storage

# Called with the name of a run's stage and the share of the run that is done, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Finetuned:
    """The outcome of a run.

    status: whether the candidate goes live. reason: for people. report: the figures. head: the
    candidate; None if there was nothing to learn. parent: the version that it was made from and
    compared with. standings: of the contributors.
    """

    status: Literal["promoted", "rejected", "nothing"]
    reason: str
    report: dict[str, Any]
    head: Head | None
    parent: int | None
    standings: tuple[Standing, ...] = ()
    kept: tuple[str | None, ...] = ()
    set_aside: tuple[str | None, ...] = ()


class Finetune(Protocol):
    """Learns from all corrections that runs have taken; writes nothing about runs or versions.

    tag_id: the only tag to teach; None: all of them. is_last_attempt: set aside corrections that
    can't be learned, so that the others can.
    """

    def __call__(
        self,
        engine: Engine,
        storage: Storage,
        settings: Settings,
        *,
        tag_id: int | None,
        progress: Progress,
        is_last_attempt: bool = False,
    ) -> Finetuned: ...

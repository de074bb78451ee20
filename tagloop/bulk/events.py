"""What happened to one file."""

from dataclasses import dataclass
from enum import Enum, auto


class Outcome(Enum):
    """The outcomes of a file; SENT is followed by TAGGED or FAILED, the others are final."""

    HIDDEN = auto()
    SYSTEM = auto()
    NOT_A_PICTURE = auto()
    UNREADABLE = auto()
    KNOWN = auto()
    SENT = auto()
    REFUSED = auto()
    TAGGED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Event:
    """One outcome of one file or folder; `reason` says why if something went wrong."""

    outcome: Outcome
    path: str
    reason: str = ""
    image_id: str = ""

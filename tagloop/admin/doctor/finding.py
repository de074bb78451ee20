"""The result of a check."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One sentence about one part; if something is wrong, it also says what to do."""

    part: str
    is_well: bool
    sentence: str


def well(part: str, sentence: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(part, True, sentence)


def wrong(part: str, sentence: str) -> Finding:
    """Return a finding that needs action."""
    return Finding(part, False, sentence)

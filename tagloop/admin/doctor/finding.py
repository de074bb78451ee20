"""What a check has found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One sentence about one part; where something is wrong, it says what to do as well."""

    part: str
    is_well: bool
    sentence: str


def well(part: str, sentence: str) -> Finding:
    """Nothing has to be done."""
    return Finding(part, True, sentence)


def wrong(part: str, sentence: str) -> Finding:
    """Something has to be done."""
    return Finding(part, False, sentence)

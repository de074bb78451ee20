"""The fingerprint that near-duplicates are recognised by, beside the embedding."""

from dataclasses import dataclass
from datetime import datetime

MINIATURE_SIDE = 16
MINIATURE_BYTES = MINIATURE_SIDE**2


@dataclass(frozen=True)
class Fingerprint:
    """A few numbers about a picture.

    difference_hash: dHash (Krawetz 2013), 64 bits as a signed number. miniature: 16 x 16 grey
    values, row by row. taken_at: EXIF time on the camera's clock, which has no time zone; None if
    unknown.
    """

    difference_hash: int
    miniature: bytes
    taken_at: datetime | None = None

"""Limits on the size of a request."""

from shared.errors import TooManyCorrections

MAX_IMAGES = 1000
MAX_CORRECTIONS = 10_000

LIMITS = (
    f"One request takes at most {MAX_CORRECTIONS:,} corrections of at most {MAX_IMAGES:,} images"
)


def refuse_too_many(corrections: int, images: int = 1) -> None:
    """Raise an error if a request has too many corrections.

    Raises:
        TooManyCorrections: it has; the message names the limits.
    """
    if corrections > MAX_CORRECTIONS or images > MAX_IMAGES:
        raise TooManyCorrections(
            f"{LIMITS}; this one has {corrections:,} of {images:,}. Send them in parts."
        )

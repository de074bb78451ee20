"""Write files of a backup atomically, and sync them to disk before they are renamed."""

import os
from pathlib import Path

# Suffix of a file that is not complete yet.
UNFINISHED = ".unfinished"


def write_file(file: Path, content: bytes) -> None:
    """Write a file atomically: after an interruption, the old file or none is left.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}{UNFINISHED}")
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        # Otherwise a power failure may leave an empty file.
        os.fsync(out.fileno())
    unfinished.replace(file)

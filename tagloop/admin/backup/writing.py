"""Files of a backup: written whole, and on the disk before they get their name."""

import os
from pathlib import Path

# A file that was not written to its end has this behind its name.
UNFINISHED = ".unfinished"


def write_file(file: Path, content: bytes) -> None:
    """Write a file; an interruption at any moment leaves the one before, or none.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}{UNFINISHED}")
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        # Without it, a machine that loses power keeps the name and forgets the content.
        os.fsync(out.fileno())
    unfinished.replace(file)

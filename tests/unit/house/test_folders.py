"""No folder has more entries than a reader can take in at a glance."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("shared", "services", "tagloop", "bench", "deploy", "docs", "tests")
MAX_ENTRIES = 12
LEFTOVERS = ("__pycache__", "node_modules")
# Alembic reads every migration from one folder.
EXEMPT = {ROOT / "shared" / "db" / "migrate" / "versions"}


def test_no_folder_has_more_entries_than_a_reader_can_take_in() -> None:
    crowded = {
        str(folder.relative_to(ROOT)): count
        for room in ROOMS
        for folder, count in count_entries(ROOT / room).items()
        if folder not in EXEMPT and count > MAX_ENTRIES
    }

    assert not crowded, f"Folders with more than {MAX_ENTRIES} entries: {crowded}"


def count_entries(top: Path) -> dict[Path, int]:
    """Return the number of entries of each folder that holds any file.

    What Python and npm leave behind does not count.
    """
    counts: dict[Path, int] = {}
    for path, folders, files in os.walk(top, topdown=False):
        folder = Path(path)
        if not any(part in LEFTOVERS or part[0] == "." for part in folder.relative_to(ROOT).parts):
            seen = [name for name in files if name[0] != "."]
            seen += [name for name in folders if counts.get(folder / name)]
            counts[folder] = len(seen)
    return counts

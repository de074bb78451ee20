"""Folders that a reader can take in at a glance."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("shared", "services", "tagloop", "bench", "deploy", "docs", "tests")
MAX_ENTRIES = 12
# Alembic reads every migration from one folder.
EXEMPT = {ROOT / "shared" / "db" / "migrate" / "versions"}


def test_no_folder_has_more_entries_than_a_reader_can_take_in() -> None:
    folders = [ROOT / room for room in ROOMS]
    folders += [path for folder in list(folders) for path in folder.rglob("*") if path.is_dir()]
    crowded = {
        str(folder.relative_to(ROOT)): len(entries)
        for folder in folders
        if folder not in EXEMPT and len(entries := visible(folder)) > MAX_ENTRIES
    }

    assert not crowded, f"Folders with more than {MAX_ENTRIES} entries: {crowded}"


def visible(folder: Path) -> list[Path]:
    """Return what `ls` shows of a folder, without what Python leaves behind."""
    hidden = ("__pycache__", "node_modules")
    return [
        path
        for path in folder.iterdir()
        if path.name not in hidden and not path.name.startswith(".")
    ]

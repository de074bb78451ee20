"""Find the files of folders at any depth, one at a time: memory grows with folders, not files."""

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tagloop.bulk.events import Event, Outcome

# The server decides by content; these names only keep other files from being sent.
PICTURE_SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".gif", ".webp", ".avif"),
        *(".heic", ".heif", ".hif", ".tif", ".tiff", ".bmp", ".jp2", ".j2k", ".jpf", ".jpx"),
    )
)
HIDDEN_PREFIX = "."
SYSTEM_FILE = Path(__file__).with_name("system_folders.txt")
COMMENT = "# "

Skip = Callable[[Event], None]


class EntryKind(Enum):
    """What to do with an entry of a folder."""

    FOLDER = auto()
    PICTURE = auto()


class FolderId(NamedTuple):
    """Identifies a folder, whichever path leads to it."""

    device: int
    inode: int


@cache
def system_names() -> re.Pattern[str]:
    """Return a pattern for names, in lower case, of storage systems' own files and folders."""
    lines = SYSTEM_FILE.read_text().splitlines()
    patterns = [line.lower() for line in lines if line and not line.startswith(COMMENT)]
    return re.compile("|".join(map(fnmatch.translate, patterns)))


def find_pictures(roots: Iterable[str], skip: Skip) -> Iterator[str]:
    """Yield the paths of all files that may be pictures; a root that is a file counts as one.

    Links are followed, but no folder is entered twice, so circles of links end. `skip` is called
    for everything else: hidden files and folders, storage systems' own, other kinds of files, and
    what cannot be read.
    """
    waiting = list(roots)
    entered: set[FolderId] = set()
    while waiting:
        folder = waiting.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116 - paths stay text, a million of them
            folder_id = FolderId(status.st_dev, status.st_ino)
            if folder_id in entered:
                continue
            with os.scandir(folder) as entries:
                entered.add(folder_id)
                for entry in entries:
                    match look_at(entry):
                        case EntryKind.FOLDER:
                            waiting.append(entry.path)
                        case EntryKind.PICTURE:
                            yield entry.path
                        case Event() as event:
                            skip(event)
        except NotADirectoryError:
            if stat.S_ISREG(status.st_mode):
                yield folder
            else:
                skip(Event(Outcome.NOT_A_PICTURE, folder))
        except OSError as error:
            skip(Event(Outcome.UNREADABLE, folder, str(error.strerror)))


def look_at(entry: os.DirEntry[str]) -> EntryKind | Event:
    """Return whether to enter an entry, to send it, or to skip it with an event."""
    # Hidden folders hold thumbnails or versions rather than pictures.
    if entry.name.startswith(HIDDEN_PREFIX):
        return Event(Outcome.HIDDEN, entry.path)
    if system_names().match(entry.name.lower()):
        return Event(Outcome.SYSTEM, entry.path)
    try:
        if entry.is_dir():
            return EntryKind.FOLDER
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122
        if suffix and suffix not in PICTURE_SUFFIXES:
            return Event(Outcome.NOT_A_PICTURE, entry.path)
        # A broken link raises here; named pipes and devices must not be opened.
        is_regular = stat.S_ISREG(entry.stat().st_mode)
    except OSError as error:
        return Event(Outcome.UNREADABLE, entry.path, str(error.strerror))
    return EntryKind.PICTURE if is_regular else Event(Outcome.NOT_A_PICTURE, entry.path)

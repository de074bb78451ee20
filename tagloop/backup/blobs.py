"""Originals and heads, to a folder and back. Thumbnails are made anew when somebody asks."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, text

from shared.errors import BlobMissing
from shared.storage import Storage, original_key

THREADS = 8
KEYS_AT_ONCE = 1000


def list_keys(connection: Connection) -> Iterator[str]:
    """Keys of everything that rows of the snapshot point to."""
    heads = connection.scalars(text("SELECT blob FROM models ORDER BY version"))
    yield from sorted(set(heads))
    originals = connection.execution_options(yield_per=KEYS_AT_ONCE).scalars(
        text("SELECT id FROM images WHERE sha256 IS NOT NULL ORDER BY id")
    )
    for image_id in originals:
        yield original_key(image_id)


def save_blobs(storage: Storage, keys: Iterable[str], folder: Path) -> tuple[int, list[str]]:
    """Copy to the folder what it does not have yet, and remove what nothing points to any more.

    An original never changes, so a second backup into the same folder copies only what is new.
    Returns how many blobs the folder has, and the keys of those that the storage did not have.

    Raises:
        StorageUnavailable: it could not be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted, missing = set(), []
    keys = iter(keys)
    with ThreadPoolExecutor(THREADS) as threads:
        # A part at a time: the pool would take all keys at once.
        while part := list(islice(keys, KEYS_AT_ONCE)):
            saved = threads.map(lambda key: _save(storage, key, folder / key), part)
            for key, is_there in zip(part, saved, strict=True):
                if is_there:
                    wanted.add(key)
                else:
                    missing.append(key)
    for file in list(folder.rglob("*")):
        if file.is_file() and file.relative_to(folder).as_posix() not in wanted:
            file.unlink()
    return len(wanted), missing


def load_blobs(storage: Storage, folder: Path) -> int:
    """Copy everything to the storage; return how many blobs that were.

    Raises:
        StorageUnavailable: it could not be written.
    """
    files = (file for file in folder.rglob("*") if file.is_file())
    loaded = 0
    with ThreadPoolExecutor(THREADS) as threads:
        while part := list(islice(files, KEYS_AT_ONCE)):
            for _ in threads.map(lambda file: _load(storage, file, folder), part):
                loaded += 1
    return loaded


def _save(storage: Storage, key: str, file: Path) -> bool:
    """Whether the folder has the blob now."""
    if file.exists():
        return True
    try:
        data = storage.get(key)
    except BlobMissing:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(file)
    return True


def _load(storage: Storage, file: Path, folder: Path) -> None:
    with file.open("rb") as data:
        storage.put(file.relative_to(folder).as_posix(), data)

"""Originals and heads, to a folder and back. Thumbnails are made anew when somebody asks."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, text

from shared.errors import BlobMissing
from shared.storage.storage import Storage, original_key
from tagloop.admin.backup.checksums import check_file, digest_of

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


def save_blobs(
    storage: Storage, keys: Iterable[str], folder: Path, known: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Copy to the folder what it does not have yet, and remove what nothing points to any more.

    An original never changes, so a second backup into the same folder copies only what is new.
    known: digests of what is there, as far as they were noted. Returns the digests of all blobs
    that the folder has now, by key, and the keys of those that the storage did not have.

    Raises:
        StorageUnavailable: it could not be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digests: dict[str, str] = {}
    missing = []
    keys = iter(keys)
    with ThreadPoolExecutor(THREADS) as threads:
        # A part at a time: the pool would take all keys at once.
        while part := list(islice(keys, KEYS_AT_ONCE)):
            saved = threads.map(lambda key: _save(storage, key, folder / key, known), part)
            for key, digest in zip(part, saved, strict=True):
                if digest is None:
                    missing.append(key)
                else:
                    digests[key] = digest
    for file in list(folder.rglob("*")):
        if file.is_file() and file.relative_to(folder).as_posix() not in digests:
            file.unlink()
    return digests, missing


def load_blobs(storage: Storage, folder: Path, digests: Mapping[str, str]) -> None:
    """Copy everything to the storage, each file after a look at its digest.

    Raises:
        ConfigError: a file is missing or damaged.
        StorageUnavailable: it could not be written.
    """
    blobs = iter(digests.items())
    with ThreadPoolExecutor(THREADS) as threads:
        while part := list(islice(blobs, KEYS_AT_ONCE)):
            for _ in threads.map(lambda blob: _load(storage, folder, *blob), part):
                pass


def _save(storage: Storage, key: str, file: Path, known: Mapping[str, str]) -> str | None:
    """The digest of the blob, which the folder has now; None where the storage has none."""
    if file.exists():
        return known.get(key) or digest_of(file)
    try:
        data = storage.get(key)
    except BlobMissing:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(file)
    return hashlib.sha256(data).hexdigest()


def _load(storage: Storage, folder: Path, key: str, digest: str) -> None:
    check_file(folder, key, digest)
    with (folder / key).open("rb") as data:
        storage.put(key, data)

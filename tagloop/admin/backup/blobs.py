"""Copy originals and heads to a folder and back. Thumbnails are generated again on request."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from safetensors import SafetensorError
from sqlalchemy import Connection, text

from shared.errors import BlobMissing
from shared.model.head import Head
from shared.storage.storage import Storage, original_key
from tagloop.admin.backup.checksums import check_file, digest_of, digest_of_bytes
from tagloop.admin.backup.writing import write_file

THREADS = 8
BLOBS_AT_ONCE = 1000


@dataclass(frozen=True)
class Blob:
    """A file that a row names. digest: SHA-256 in hexadecimal, from the row; None for a head."""

    key: str
    digest: str | None = None


@dataclass
class Saved:
    """The files of a backup: their digests by key, and the keys of files that it lacks.

    missing: not in the storage. damaged: the storage has other content than was stored.
    """

    digests: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def list_blobs(connection: Connection) -> Iterator[Blob]:
    """Return every file that rows of the snapshot name."""
    heads = connection.scalars(
        text("SELECT blob FROM models WHERE thinned_at IS NULL ORDER BY version")
    )
    yield from (Blob(key) for key in sorted(set(heads)))
    yield from list_originals(connection)


def list_originals(connection: Connection) -> Iterator[Blob]:
    """Yield every original that a row of `images` names."""
    originals = connection.execution_options(yield_per=BLOBS_AT_ONCE).execute(
        text("SELECT id, sha256 FROM images WHERE sha256 IS NOT NULL ORDER BY id")
    )
    for row in originals:
        yield Blob(original_key(row.id), bytes(row.sha256).hex())


def save_blobs(
    storage: Storage, blobs: Iterable[Blob], folder: Path, noted: Mapping[str, str]
) -> Saved:
    """Copy missing or damaged files to the folder, and remove all other files.

    An original never changes, so a second backup to the same folder copies only new files, but
    reads and compares every existing one.

    noted: digests by key from the previous backup.

    Raises:
        StorageUnavailable: the storage cannot be read.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    saved = Saved()
    blobs = iter(blobs)
    with ThreadPoolExecutor(THREADS) as threads:
        # In batches: the pool would queue all of them at once.
        while part := list(islice(blobs, BLOBS_AT_ONCE)):
            digests = threads.map(lambda blob: _save(storage, blob, folder / blob.key, noted), part)
            for blob, digest in zip(part, digests, strict=True):
                if digest is None:
                    saved.missing.append(blob.key)
                elif not digest:
                    saved.damaged.append(blob.key)
                else:
                    saved.digests[blob.key] = digest
    for file in list(folder.rglob("*")):
        if file.is_file() and file.relative_to(folder).as_posix() not in saved.digests:
            file.unlink()
    return saved


def load_blobs(storage: Storage, folder: Path, digests: Mapping[str, str]) -> None:
    """Copy all files to the storage, each after checking its digest.

    Raises:
        ConfigError: a file is missing or damaged.
        StorageUnavailable: the storage cannot be written.
    """
    blobs = iter(digests.items())
    with ThreadPoolExecutor(THREADS) as threads:
        while part := list(islice(blobs, BLOBS_AT_ONCE)):
            for _ in threads.map(lambda blob: _load(storage, folder, *blob), part):
                pass


def _save(storage: Storage, blob: Blob, file: Path, noted: Mapping[str, str]) -> str | None:
    """Save a blob to the folder; return its digest.

    None if it is not in the storage, empty if it is damaged there.
    """
    if file.is_file():
        digest = digest_of(file)
        expected = blob.digest or noted.get(blob.key)
        if digest == expected and (blob.digest or _is_head(file.read_bytes())):
            return digest
    try:
        data = bytes(storage.get(blob.key))
    except BlobMissing:
        return None
    digest = digest_of_bytes(data)
    if digest != blob.digest if blob.digest else not _is_head(data):
        return ""
    write_file(file, data)
    return digest


def _is_head(data: bytes) -> bool:
    """Return whether a file is a head that can be loaded; no row has its digest."""
    try:
        Head.from_bytes(data)
    except (SafetensorError, KeyError, ValueError):
        return False
    return True


def _load(storage: Storage, folder: Path, key: str, digest: str) -> None:
    check_file(folder, key, digest)
    with (folder / key).open("rb") as data:
        storage.put(key, data)

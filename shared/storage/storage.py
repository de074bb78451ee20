"""Blobs: originals, thumbnails and heads, in a folder or an object store, through one API."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.errors import BlobMissing, ConfigError, StorageUnavailable
from shared.observability.metrics import storage_errors, storage_seconds
from shared.storage.blob_reader import BlobReader

ORIGINALS = "originals"
THUMBNAILS = "thumbnails"
# Longer sides in pixels: a thumbnail, one for dense screens, and one that fills a screen.
THUMBNAIL_SIDE = 320
DENSE_SIDE = 640
SCREEN_SIDE = 2048
RENDITION_SIDES = (THUMBNAIL_SIDE, DENSE_SIDE, SCREEN_SIDE)
UUID_LENGTH = 36
SCHEMES = ("file", "s3", "gs", "az")

Read = TypeVar("Read")


class Storage:
    """Blobs under string keys. Thread-safe; open it after a fork, never before."""

    def __init__(self, url: str) -> None:
        """Open the storage at a file://, s3://, gs:// or az:// URL.

        Raises:
            ConfigError: the URL names nothing that can be opened.
        """
        self._store = _open_store(url)

    def put(self, key: str, data: bytes | BinaryIO) -> None:
        """Store a blob, whole or not at all; an existing one is replaced.

        Raises:
            StorageUnavailable: it could not be written.
        """
        # obstore would read an in-memory file through Python, piece by piece.
        content = data.getvalue() if isinstance(data, BytesIO) else data
        try:
            with storage_seconds.labels("put").time():
                self._store.put(key, content)
        except (BaseError, OSError) as error:
            storage_errors.labels("put").inc()
            raise StorageUnavailable(
                f"The storage cannot be written: {_sentence(error)}"
            ) from error

    def get(self, key: str) -> memoryview:
        """Read a whole blob.

        Raises:
            BlobMissing: there is no such blob.
            StorageUnavailable: it could not be read.
        """
        return self._reading(lambda: memoryview(self._store.get(key).bytes()))

    def open(self, key: str) -> BlobReader:
        """Return a blob to be read in pieces.

        Raises:
            BlobMissing: there is no such blob.
            StorageUnavailable: the storage does not answer.
        """
        size = self._reading(lambda: self._store.head(key)["size"])
        return BlobReader(size, lambda start, end: self._get_range(key, start, end))

    def _get_range(self, key: str, start: int, end: int) -> bytes:
        return self._reading(lambda: bytes(self._store.get_range(key, start=start, end=end)))

    def _reading(self, read: Callable[[], Read]) -> Read:
        try:
            with storage_seconds.labels("get").time():
                return read()
        except FileNotFoundError as error:
            raise BlobMissing from error
        except (BaseError, OSError) as error:
            storage_errors.labels("get").inc()
            raise StorageUnavailable(f"The storage cannot be read: {_sentence(error)}") from error

    def delete(self, keys: Sequence[str]) -> None:
        """Delete blobs, if they exist.

        Raises:
            StorageUnavailable: the storage does not answer.
        """
        for key in keys:
            try:
                with storage_seconds.labels("delete").time():
                    self._store.delete(key)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                storage_errors.labels("delete").inc()
                raise StorageUnavailable(
                    f"The storage cannot delete: {_sentence(error)}"
                ) from error


def _sentence(error: Exception) -> str:
    """Return the first line of an error; the library's own follow it."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def original_key(image_id: UUID) -> str:
    """Return the key of an image's original.

    The folder is named by the id's random end: its beginning is the time, which would put a day's
    uploads into one folder.
    """
    name = str(image_id)
    return f"{ORIGINALS}/{name[-2:]}/{name}"


def thumbnail_key(image_id: UUID, side: int = THUMBNAIL_SIDE) -> str:
    """Return where a smaller version of an image is kept, once a caller has asked for it.

    side: pixels of its longer side, one of RENDITION_SIDES.
    """
    name = str(image_id)
    suffix = "" if side == THUMBNAIL_SIDE else f"-{side}"
    return f"{THUMBNAILS}/{name[-2:]}/{name}{suffix}.jpg"


def file_keys(image_ids: Iterable[UUID]) -> list[str]:
    """Return every key under which files of these images may be stored."""
    return [
        key
        for image_id in image_ids
        for key in (
            original_key(image_id),
            *(thumbnail_key(image_id, side) for side in RENDITION_SIDES),
        )
    ]


def image_of_key(key: str) -> UUID | None:
    """Return the image that an original or a thumbnail belongs to; None for another file."""
    folder, _, name = key.partition("/")
    if folder not in (ORIGINALS, THUMBNAILS):
        return None
    return UUID(name.rpartition("/")[2][:UUID_LENGTH])


def _open_store(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ConfigError(
            f"TAGLOOP_STORAGE_URL is {url!r}: it has to begin with one of "
            f"{', '.join(f'{scheme}://' for scheme in SCHEMES)}."
        )
    try:
        if parts.scheme == "file":
            return LocalStore(Path(unquote(parts.path)), mkdir=True)
        return from_url(url)
    except (BaseError, OSError, ValueError) as error:
        raise ConfigError(f"TAGLOOP_STORAGE_URL is {url!r}: {error}") from error

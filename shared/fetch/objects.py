"""Read a picture from a bucket, with this deployment's credentials.

They come from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
AWS_ENDPOINT, or from the role of the machine.
"""

import time
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from shared.errors import FetchFailed, NotThereYet, OriginUnavailable, TooManyBytes
from shared.storage.object_url import split_object_url

CONNECT_SECONDS = 5
CHUNK_BYTES = 1024 * 1024
IN_MEMORY_BYTES = 1024 * 1024


def read_object(url: str, max_bytes: int, seconds: float, version: str | None = None) -> BinaryIO:
    """Read an object at an s3:// URL into a temporary file, which the caller closes.

    version: of the object; None: the newest.

    Raises:
        TooManyBytes: there is more than `max_bytes`.
        NotThereYet: there is no such object; there may be soon.
        FetchFailed: the credentials do not give access to the bucket.
        OriginUnavailable: the object store does not answer, or is too slow.
    """
    bucket, key = split_object_url(url)
    _check_key(key)
    deadline = time.monotonic() + seconds
    file = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115 - the caller closes it
    try:
        _copy(
            _open_bucket(bucket, seconds),
            key,
            version,
            file,
            max_bytes=max_bytes,
            deadline=deadline,
        )
    except BaseException as error:
        file.close()
        match error:
            case FileNotFoundError():
                raise NotThereYet(f"The bucket {bucket} has no object {key!r}.") from error
            case PermissionDeniedError() | UnauthenticatedError():
                raise FetchFailed(
                    f"The credentials give no access to the bucket {bucket}; see AWS_* in "
                    "docs/api/incoming-webhooks.md."
                ) from error
            case ValueError():
                raise FetchFailed(f"The key {key!r} cannot be read: {error}") from error
            case BaseError() | OSError():
                # The first line says what failed; the rest is the library's own state.
                reason = str(error).partition("\n")[0]
                raise OriginUnavailable(f"The bucket {bucket} cannot be read: {reason}") from error
        raise
    file.seek(0)
    return file


def _open_bucket(bucket: str, seconds: float) -> S3Store:
    return S3Store(
        bucket,
        client_options={
            "timeout": timedelta(seconds=seconds),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            # AWS_ENDPOINT decides, for servers in one's own network.
            "allow_http": True,
        },
        # The fetcher that claimed the image tries again.
        retry_config={"max_retries": 0},
    )


def _copy(
    store: S3Store,
    key: str,
    version: str | None,
    file: BinaryIO,
    *,
    max_bytes: int,
    deadline: float,
) -> None:
    found = store.get(key, options={"version": version} if version else None)
    if found.meta["size"] > max_bytes:
        raise TooManyBytes(f"The object has more than {max_bytes:,} bytes.")
    for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
        if time.monotonic() > deadline:
            raise OriginUnavailable("The bucket took too long to send the picture.")
        file.write(chunk)


def _check_key(key: str) -> None:
    """Refuse keys that the library cannot express: it reads `/a` as `a`, another object."""
    if any(segment in ("", ".", "..") for segment in key.split("/")):
        raise FetchFailed(
            f"The key {key!r} cannot be read: it has an empty segment, or one that is `.` or `..`."
        )

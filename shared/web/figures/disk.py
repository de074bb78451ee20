"""The space on the disk of the originals, if they are on a disk."""

import shutil
from urllib.parse import unquote, urlsplit

from prometheus_client.core import Metric

from shared.errors import StorageUnavailable
from shared.web.figures.family import gauge


def disk_figures(storage_url: str) -> list[Metric]:
    """Return total and free space; nothing for an object store.

    Raises:
        StorageUnavailable: the folder is gone.
    """
    parts = urlsplit(storage_url)
    if parts.scheme != "file":
        return []
    try:
        usage = shutil.disk_usage(unquote(parts.path))
    except OSError as error:
        raise StorageUnavailable(f"The storage's disk cannot be measured: {error}") from error
    return [
        gauge(
            "tagloop_storage_disk_bytes",
            "The disk that the storage is on",
            ("kind",),
            [(("total",), usage.total), (("free",), usage.free)],
        )
    ]

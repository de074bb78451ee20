"""Check the broker, the storage and the disk."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from celery import Celery

from shared.errors import ConfigError, TagloopError, Unavailable
from shared.messaging.celery_app import BULK, INTERACTIVE, count_messages
from shared.storage.storage import Storage
from tagloop.admin.doctor.finding import Finding, well, wrong
from tagloop.admin.doctor.schema import one_line

BROKER = "broker"
STORAGE = "storage"
DISK = "disk"
TRIAL = b"written by tagloop doctor"
GIBIBYTE = 1024**3
# Room for a few thousand pictures, or an hour of uploads on a small machine.
MIN_FREE_BYTES = 2 * GIBIBYTE


def check_broker(celery: Celery) -> tuple[Finding, int]:
    """Check that the broker answers, and count its waiting messages."""
    try:
        messages = sum(count_messages(celery, queue) for queue in (INTERACTIVE, BULK))
    except Unavailable as error:
        advice = "Start Redis (make up, or docker compose up -d), or correct TAGLOOP_BROKER_URL."
        return wrong(BROKER, f"{one_line(error)} {advice}"), 0
    return well(BROKER, f"The broker answers; {messages:,} messages wait."), messages


def check_storage(storage_url: str) -> Finding:
    """Check that a blob can be written, read and deleted."""
    key = f"doctor/{uuid4()}"
    try:
        storage = Storage(storage_url)
        storage.put(key, TRIAL)
        if bytes(storage.get(key)) != TRIAL:
            return wrong(
                STORAGE,
                "A blob was read back with other bytes than were written; replace the storage.",
            )
        storage.delete([key])
    except ConfigError as error:
        return wrong(STORAGE, one_line(error))
    except TagloopError as error:
        return wrong(
            STORAGE,
            f"{one_line(error)} Make {storage_url} writable for the user that runs Tagloop.",
        )
    return well(STORAGE, "Blobs can be written and read.")


def check_disk(storage_url: str) -> Finding:
    """Check that the storage's disk has room; object stores are not checked."""
    parts = urlsplit(storage_url)
    if parts.scheme != "file":
        return well(DISK, "The blobs are in an object store.")
    folder = Path(unquote(parts.path))
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return wrong(DISK, f"{folder} cannot be read ({error.strerror}); correct its path.")
    sentence = f"{free / GIBIBYTE:.1f} GiB are free on the disk of {folder}"
    if free < MIN_FREE_BYTES:
        return wrong(DISK, f"Only {sentence}; free some space or move to a larger disk.")
    return well(DISK, f"{sentence}.")

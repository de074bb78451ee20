"""Export, count or erase everything of one owner."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, RowMapping

from shared.auth.keyring import CACHE_SECONDS
from shared.config import Settings
from shared.db.connection.engine import (
    connect_engine,
    run_again_if_deadlocked,
    transaction,
)
from shared.db.corrections.corrections import list_corrections
from shared.db.images.images import list_images
from shared.db.owners.access import Access
from shared.db.owners.keys import delete_keys_of
from shared.db.owners.owners import count_images_of, delete_images, delete_traces, find_ids_of
from shared.errors import BlobMissing, ConfigError
from shared.model.live.vocabulary import LiveVocabulary
from shared.storage.deleting import delete_files
from shared.storage.storage import Storage, file_keys, original_key
from shared.web.answers.image_document import describe_images

PAGE_IMAGES = 100
# More than any image has corrections.
MAX_CORRECTIONS = 100_000
DOCUMENTS = "images.jsonl"
FILES = "files"


def export_owner(settings: Settings, owner: str, folder: Path) -> int:
    """Export all images of an owner to a new folder; return how many there were.

    `images.jsonl` has one line per image: its document as in the API, its corrections, and the name
    of its file in `files`, or null if there is none.

    Raises:
        ConfigError: the folder exists and is not empty, or cannot be created.
        Unavailable: the database or the storage does not answer.
    """
    try:
        (folder / FILES).mkdir(parents=True)
    except OSError as error:
        raise ConfigError(f"{folder} has to be a new folder: {error.strerror}.") from error
    engine = connect_engine(settings.database_url, pool_size=1)
    storage = Storage(settings.storage_url)
    images = 0
    with (folder / DOCUMENTS).open("w", encoding="utf-8") as lines:
        for document, row in _read_documents(engine, owner):
            document["file"] = _export_file(storage, row, folder / FILES)
            lines.write(json.dumps(document, ensure_ascii=False) + "\n")
            images += 1
    return images


def count_owner(settings: Settings, owner: str) -> int:
    """Return how many images an erasure would delete."""
    with transaction(connect_engine(settings.database_url, pool_size=1)) as connection:
        return count_images_of(connection, owner)


def erase_owner(settings: Settings, owner: str) -> int:
    """Delete everything of an owner; return how many images there were.

    Keys are deleted first. Once web processes no longer cache them, no new images arrive. A worker
    later deletes files that the storage cannot delete now.

    Raises:
        Unavailable: the database does not answer; running it again deletes the rest.
    """
    engine = connect_engine(settings.database_url, pool_size=1)
    storage = Storage(settings.storage_url)
    with transaction(engine) as connection:
        had_keys = delete_keys_of(connection, owner)
    if had_keys:
        time.sleep(CACHE_SECONDS)
    with transaction(engine) as connection:
        delete_traces(connection, owner)
    images = 0
    while True:
        with transaction(engine) as connection:
            ids = find_ids_of(connection, owner, PAGE_IMAGES)
        if not ids:
            return images
        run_again_if_deadlocked(engine, partial(delete_images, image_ids=ids))
        delete_files(engine, storage, file_keys(ids))
        images += len(ids)


def _read_documents(engine: Engine, owner: str) -> Iterator[tuple[dict[str, Any], RowMapping]]:
    """Yield every image of an owner with its row, newest first."""
    vocabulary = LiveVocabulary(engine)
    access = Access(owner)
    before = None
    while True:
        with transaction(engine) as connection:
            rows = list_images(connection, access, before=before, limit=PAGE_IMAGES)
            documents = describe_images(connection, vocabulary, rows)
            for row, document in zip(rows, documents, strict=True):
                said = list_corrections(
                    connection, access, image_id=row["id"], limit=MAX_CORRECTIONS
                )
                document["corrections"] = [_describe(correction) for correction in said]
        yield from zip(documents, rows, strict=True)
        if len(rows) < PAGE_IMAGES:
            return
        before = rows[-1]["id"]


def _describe(correction: RowMapping) -> dict[str, Any]:
    return {
        "tag": correction["slug"],
        "verdict": correction["verdict"],
        "user": correction["contributor"],
        "created_at": correction["created_at"].isoformat(),
    }


def _export_file(storage: Storage, row: RowMapping, folder: Path) -> str | None:
    """Write the file of an image.

    Return its name, or None if it is missing or was never fetched.
    """
    if row["sha256"] is None:
        return None
    name = f"{row['id']}.{row['format'].lower()}"
    try:
        (folder / name).write_bytes(storage.get(original_key(row["id"])))
    except BlobMissing:
        return None
    return name

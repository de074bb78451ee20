"""Blobs in a folder."""

import io
from pathlib import Path
from uuid import UUID

import pytest

from shared.errors import BlobMissing, StorageUnavailable
from shared.storage.storage import Storage, original_key, thumbnail_key

IMAGE = UUID("0199aaaa-0000-7000-8000-0000000000ff")


def test_a_stored_file_is_read_whole_and_replaced_whole(storage: Storage) -> None:
    storage.put("a/b", b"first, longer")
    assert bytes(storage.get("a/b")) == b"first, longer"

    storage.put("a/b", b"second")
    assert bytes(storage.get("a/b")) == b"second"


def test_a_file_is_stored_from_its_current_position(storage: Storage) -> None:
    file = io.BytesIO(b"x" * 3_000_000)

    storage.put("large", file)

    assert len(storage.get("large")) == 3_000_000


def test_an_empty_blob_is_a_blob(storage: Storage) -> None:
    storage.put("empty", b"")

    assert bytes(storage.get("empty")) == b""


def test_a_missing_blob_is_distinguished_from_an_unreachable_storage(
    storage: Storage, tmp_path: Path
) -> None:
    with pytest.raises(BlobMissing):
        storage.get("nothing/here")

    (tmp_path / "blobs" / "in-the-way").write_bytes(b"")
    with pytest.raises(StorageUnavailable) as away:
        storage.put("in-the-way/key", b"data")
    assert str(away.value).isprintable()


def test_deleting_a_missing_file_is_no_error(storage: Storage) -> None:
    storage.put("one", b"1")
    storage.put("two", b"2")

    storage.delete(["one", "missing", "two"])

    for key in ("one", "two"):
        with pytest.raises(BlobMissing):
            storage.get(key)


def test_a_path_with_spaces_and_other_scripts_works(tmp_path: Path) -> None:
    folder = tmp_path / "Bilder von früher #1"

    Storage(folder.as_uri()).put("key", b"data")

    assert (folder / "key").read_bytes() == b"data"


def test_the_files_of_an_image_have_keys_of_their_own() -> None:
    assert original_key(IMAGE) == f"originals/ff/{IMAGE}"
    assert thumbnail_key(IMAGE) == f"thumbnails/ff/{IMAGE}.jpg"

"""Files in groups of the size of a request."""

import hashlib
from pathlib import Path

from tagloop.bulk.batches import MAX_BYTES, MAX_FILES, HashedFile, by_size, hash_files
from tagloop.bulk.events import Event, Outcome


def sized(*sizes: int) -> list[HashedFile]:
    return [HashedFile(f"{number}.jpg", size, "") for number, size in enumerate(sizes)]


def test_a_batch_ends_at_its_most_files() -> None:
    batches = list(by_size(sized(*[1] * (2 * MAX_FILES + 3)), MAX_FILES, MAX_BYTES))
    assert [len(batch) for batch in batches] == [MAX_FILES, MAX_FILES, 3]


def test_a_batch_ends_before_it_is_too_large() -> None:
    half = MAX_BYTES // 2
    batches = list(by_size(sized(half, half, 1, half), MAX_FILES, MAX_BYTES))
    assert [[file.size for file in batch] for batch in batches] == [[half, half], [1, half]]


def test_a_file_that_is_too_large_for_any_batch_goes_alone() -> None:
    batches = list(by_size(sized(1, 2 * MAX_BYTES, 1), MAX_FILES, MAX_BYTES))
    assert [[file.size for file in batch] for batch in batches] == [[1], [2 * MAX_BYTES], [1]]


def test_no_files_give_no_batch() -> None:
    assert not list(by_size([], MAX_FILES, MAX_BYTES))


def test_files_are_hashed_and_unreadable_ones_reported(tmp_path: Path) -> None:
    good = tmp_path / "good.jpg"
    good.write_bytes(b"content")
    missing = str(tmp_path / "missing.jpg")
    skipped: list[Event] = []
    hashed = list(hash_files([missing, str(good)], skipped.append))
    assert hashed == [HashedFile(str(good), 7, hashlib.sha256(b"content").hexdigest())]
    assert skipped == [Event(Outcome.UNREADABLE, missing, "No such file or directory")]

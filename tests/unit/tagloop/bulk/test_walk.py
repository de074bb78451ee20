"""Finding pictures in folders of every kind."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tagloop.bulk.events import Event, Outcome
from tagloop.bulk.walk import find_pictures


@pytest.fixture
def touch(tmp_path: Path) -> Callable[[str], Path]:
    """Makes an empty file and its folders."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    return make


def walk(*roots: Path) -> tuple[set[str], list[Event]]:
    skipped: list[Event] = []
    found = set(find_pictures([str(root) for root in roots], skipped.append))
    return found, skipped


def test_any_depth_picture_suffixes_and_none(tmp_path: Path, touch: Callable[[str], Path]) -> None:
    wanted = {str(touch(name)) for name in ("a.jpg", "b/c/d/e.PNG", "b/without-suffix")}
    notes = touch("b/notes.txt")
    found, skipped = walk(tmp_path)
    assert found == wanted
    assert skipped == [Event(Outcome.NOT_A_PICTURE, str(notes))]


def test_hidden_files_and_folders_are_skipped_and_reported(
    tmp_path: Path, touch: Callable[[str], Path]
) -> None:
    touch(".thumbnails/a.jpg")
    touch("._a.jpg")
    found, skipped = walk(tmp_path)
    assert not found
    assert {event.outcome for event in skipped} == {Outcome.HIDDEN}
    assert {Path(event.path).name for event in skipped} == {".thumbnails", "._a.jpg"}


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg",
        "SYNOPHOTO_THUMB_M.jpg",
        "#recycle/a.jpg",
        "$RECYCLE.BIN/S-1-5-21/$R0A1B2C.jpg",
        "@Recycle/a.jpg",
        "@__thumb/default.a.jpg",
        "#snapshot/GMT-2026/a.jpg",
        "System Volume Information/a.jpg",
        "lost+found/#12345",
        "__macosx/a.jpg",
        "Catalog Previews.lrdata/0/a.jpg",
    ],
)
def test_folders_of_storage_systems_are_skipped_and_reported(
    tmp_path: Path, touch: Callable[[str], Path], name: str
) -> None:
    touch(f"album/{name}")
    kept = touch("album/recycled bottles @ home #1.jpg")

    found, skipped = walk(tmp_path)

    assert found == {str(kept)}
    assert [event.outcome for event in skipped] == [Outcome.SYSTEM]


def test_a_recycle_bin_is_read_when_it_is_given_by_name(touch: Callable[[str], Path]) -> None:
    picture = touch("#recycle/a.jpg")
    assert walk(picture.parent)[0] == {str(picture)}


def test_a_hidden_folder_is_read_when_it_is_given_by_name(touch: Callable[[str], Path]) -> None:
    picture = touch(".private/a.jpg")
    assert walk(picture.parent)[0] == {str(picture)}


def test_circular_links_end(tmp_path: Path, touch: Callable[[str], Path]) -> None:
    picture = touch("album/a.jpg")
    (tmp_path / "album" / "again").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "album" / "last.jpg").symlink_to("last.jpg")
    skipped: list[Event] = []
    found = list(find_pictures([str(tmp_path)], skipped.append))
    assert found == [str(picture)]
    assert {Path(event.path).name for event in skipped} == {"self", "last.jpg"}


def test_a_folder_given_twice_is_read_once(tmp_path: Path, touch: Callable[[str], Path]) -> None:
    touch("a.jpg")
    assert len(list(find_pictures([str(tmp_path)] * 2, lambda event: None))) == 1


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = b"caf\xe9.jpg"
    with open(os.fsencode(tmp_path) + b"/" + name, "wb"):  # noqa: PTH123 - a name of bytes
        found, _ = walk(tmp_path)
    assert {os.fsencode(path).rsplit(b"/")[-1] for path in found} == {name}


def test_special_files_and_dead_links_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "dead.jpg").symlink_to("nowhere.jpg")
    found, skipped = walk(tmp_path)
    assert not found
    assert {(Path(event.path).name, event.outcome) for event in skipped} == {
        ("pipe.jpg", Outcome.NOT_A_PICTURE),
        ("dead.jpg", Outcome.UNREADABLE),
    }


def test_a_single_file_and_a_missing_folder(tmp_path: Path, touch: Callable[[str], Path]) -> None:
    picture = touch("a.jpg")
    found, skipped = walk(picture, tmp_path / "missing")
    assert found == {str(picture)}
    assert [(event.outcome, event.reason) for event in skipped] == [
        (Outcome.UNREADABLE, "No such file or directory")
    ]

"""What `tagloop learn-words` reads from a folder."""

import json
from pathlib import Path

import pytest

from tagloop.client.errors import LabelsUnusable
from tagloop.words.labelled import LabelledPicture
from tagloop.words.reading import read_labelled_folder


def by_path(folder: Path) -> dict[str, LabelledPicture]:
    return {picture.path: picture for picture in read_labelled_folder(folder).pictures}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_words_of_a_csv_that_a_row_does_not_name_are_absent(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "file,present,unknown\na/1.jpg,sky; sea,beach\na/2.jpg,,\n", encoding="utf-8"
    )

    found = by_path(tmp_path)

    assert found["a/1.jpg"].present == {"sky", "sea"}
    assert found["a/1.jpg"].absent == frozenset()
    assert found["a/2.jpg"].absent == {"sky", "sea", "beach"}
    assert found["a/2.jpg"].set == "a"


def test_a_folder_for_each_word_shows_it_and_none_of_the_others(tmp_path: Path) -> None:
    touch(tmp_path, "valve/1.jpg", "gasket/deep/2.jpg", "gasket/notes.txt")

    found = by_path(tmp_path)

    assert found["valve/1.jpg"].present == {"valve"}
    assert found["valve/1.jpg"].absent == {"gasket"}
    assert found["gasket/deep/2.jpg"].present == {"gasket"}
    assert len(found) == 2


def test_pictures_of_a_single_word_say_nothing_of_the_others(tmp_path: Path) -> None:
    touch(tmp_path, "single/sunset/1.jpg", "night/2.jpg")

    found = by_path(tmp_path)

    assert found["single/sunset/1.jpg"].single
    assert found["single/sunset/1.jpg"].absent == frozenset()
    assert not found["night/2.jpg"].single


def test_scenes_are_labelled_by_the_areas_of_their_categories(tmp_path: Path) -> None:
    scenes = {
        "1.jpg": {"areas": {"sky-other-merged": 0.4, "sea": 0.5}, "licence": "CC BY"},
        "2.jpg": {"areas": {"sky-other-merged": 0.01, "water-other": 0.3}, "licence": "CC BY"},
    }
    (tmp_path / "scenes.json").write_text(json.dumps(scenes), encoding="utf-8")

    folder = read_labelled_folder(tmp_path)
    first, second = folder.pictures

    assert {"sky", "sea", "water"} <= first.present
    assert "person" in first.absent
    assert "sky" not in second.present | second.absent, "too small to tell"
    assert "sea" not in second.present | second.absent, "it may be one"
    assert folder.licences == {"scenes": {"CC BY": 2}}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no labelled pictures"),
        ({"labels.csv": "path,tags\n"}, "no column 'file'"),
        ({"labels.csv": b"file,present\n\xff,\xff\n"}, "UTF-8"),
        ({"scenes.json": '{"1.jpg": []}'}, "areas by category"),
        ({"scenes.json": "nothing"}, "areas by category"),
        ({"a.csv": "file,present,present\na.jpg,dog,cat\n"}, "2 columns named 'present'"),
    ],
)
def test_a_folder_without_labels_in_it_is_refused_in_one_sentence(
    files: dict[str, str | bytes], message: str, tmp_path: Path
) -> None:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)

    with pytest.raises(LabelsUnusable, match=message):
        read_labelled_folder(tmp_path)


def test_a_path_that_is_not_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelsUnusable, match="is not a folder"):
        read_labelled_folder(tmp_path / "nowhere")

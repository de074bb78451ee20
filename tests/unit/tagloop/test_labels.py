"""Labelled pictures from folders and CSV files, and the meaning of their labels."""

from pathlib import Path

import pytest

from tagloop.client.documents import VocabularyTag
from tagloop.client.errors import LabelsUnusable
from tagloop.evaluation.labels import Example, read_csv, read_folder
from tagloop.evaluation.tag_index import TagIndex

ROOT = Path("/pictures")


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def test_csv_without_a_header(csv_file: Path) -> None:
    csv_file.write_text("a.jpg,dog\n\nsub/b.jpg, tabby cat\n/elsewhere/c.jpg,cat\n")
    assert read_csv(csv_file, ROOT) == [
        Example("/pictures/a.jpg", "dog"),
        Example("/pictures/sub/b.jpg", "tabby cat"),
        Example("/elsewhere/c.jpg", "cat"),
    ]


def test_csv_with_a_header_prefers_ids_to_names(csv_file: Path) -> None:
    csv_file.write_text("\ufefffile,index,wordnet_id,name\n0.jpg,134,n02012849,crane\n")
    assert read_csv(csv_file, ROOT) == [Example("/pictures/0.jpg", "n02012849")]


def test_csv_row_without_a_label(csv_file: Path) -> None:
    csv_file.write_text("path,label\na.jpg\n")
    with pytest.raises(LabelsUnusable, match="row 2 has no label"):
        read_csv(csv_file, ROOT)


def test_csv_with_two_columns_of_one_name(csv_file: Path) -> None:
    csv_file.write_text("path,label,label\na.jpg,dog,cat\n")
    with pytest.raises(LabelsUnusable, match="2 columns named 'label'"):
        read_csv(csv_file, ROOT)


def test_csv_that_is_missing(csv_file: Path) -> None:
    with pytest.raises(LabelsUnusable, match="No such file"):
        read_csv(csv_file, ROOT)


def test_a_folder_for_each_label(tmp_path: Path) -> None:
    for name in ("dog/a.jpg", "cat/deep/b.jpg", "cat/notes.txt", "beside.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert read_folder(tmp_path) == [
        Example(str(tmp_path / "cat/deep/b.jpg"), "cat"),
        Example(str(tmp_path / "dog/a.jpg"), "dog"),
    ]


def test_a_folder_without_labels(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    with pytest.raises(LabelsUnusable, match="one for each label"):
        read_folder(tmp_path)


@pytest.fixture
def index() -> TagIndex:
    return TagIndex(
        [
            VocabularyTag("animal", "animal", (), (), "n00015388"),
            VocabularyTag("bird", "bird", (), ("animal",), "n01503061"),
            VocabularyTag("crane-bird", "crane", ("wader",), ("bird",), "n02012849"),
            VocabularyTag("crane-machine", "derrick", ("crane", "lifting device"), (), "n03126707"),
            VocabularyTag("heron", "heron", ("wader",), ("bird",), "n02009229"),
        ]
    )


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("crane-machine", "crane-machine"),
        ("Crane", "crane-bird"),  # a name outweighs an alias
        ("n03126707", "crane-machine"),
        ("LIFTING_DEVICE", "crane-machine"),
        ("wader", None),  # two tags
        ("unheard of", None),
        ("", None),
    ],
)
def test_labels_mean_tags_by_name_alias_or_id(
    index: TagIndex, label: str, slug: str | None
) -> None:
    assert index.resolve(label) == slug


def test_ancestors(index: TagIndex) -> None:
    assert index.with_ancestors("heron") == {"heron", "bird", "animal"}
    assert index.with_ancestors("unheard-of") == set()

"""Label files in JSON: lines, Amazon's manifests and COCO, and what is wrong in them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloop.client.documents import VocabularyTag
from tagloop.client.errors import LabelsUnusable
from tagloop.client.teaching_documents import ExportedLabel
from tagloop.exchange.labels.coco import read_coco, write_coco
from tagloop.exchange.labels.json_rows import read_json_line, read_json_lines
from tagloop.exchange.labels.reading import read_labels
from tagloop.exchange.labels.rows import Row, Unusable

DIGEST = "ab" * 32
IMAGE = "01a200d7-6afa-76fe-9ba0-327254191830"

Label = tuple[str, str, bool]


def labels_of(tmp_path: Path, name: str, text: str | bytes) -> list[Label | str]:
    """Return path, tag and presence of each label of a file, or where and why it cannot be used."""
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    labels = read_labels(file)
    return [
        (row.path, row.tag, row.present)
        if isinstance(row, Row)
        else f"{labels.place(row.line).removeprefix(str(tmp_path) + '/')}: {row.reason}"
        for row in labels.rows
    ]


def test_lines_of_json(tmp_path: Path) -> None:
    text = (
        '{"file_name": "a.jpg", "labels": ["dog", "Café"], "not_labels": ["cat"]}\n'
        '\n{"file": "b.jpg", "label": "dog", "other": {"x": [1]}}\n'
    )
    expected = [
        ("a.jpg", "dog", True),
        ("a.jpg", "Café", True),
        ("a.jpg", "cat", False),
        ("b.jpg", "dog", True),
    ]

    assert labels_of(tmp_path, "x.jsonl", text) == expected
    assert labels_of(tmp_path, "x.txt", text) == expected, "the content decides"
    assert labels_of(tmp_path, "x.jsonl", text.encode("utf-16")) == expected
    assert (
        labels_of(tmp_path, "x.jsonl", text.replace("\n", "\r\n").encode("utf-8-sig")) == expected
    )


def test_an_amazon_ground_truth_manifest(tmp_path: Path) -> None:
    one = {"class-name": "dog", "confidence": 1, "human-annotated": "yes", "job-name": "j"}
    many = {"class-map": {"0": "dog", "2": "cat"}, "human-annotated": "yes"}
    boxes = {"annotations": [{"class_id": 2}, {"class_id": 2}], "image_size": [{"width": 1}]}
    lines: list[dict[str, Any]] = [
        {"source-ref": "s3://b/p/1.jpg", "kind": 0, "kind-metadata": one},
        {"source-ref": "s3://b/p/2.jpg", "kinds": [0, 2], "kinds-metadata": many},
        {"source-ref": "s3://b/p/3.jpg", "boxes": boxes, "boxes-metadata": many},
        {"source-ref": "s3://b/p/4.jpg", "k": 0, "k-metadata": one | {"human-annotated": "no"}},
        {"source-ref": "s3://b/p/5.jpg", "k": [1], "k-metadata": many},
        {"source-ref": "s3://b/p/6.jpg", "k": "x", "k-metadata": many},
        {"source-ref": "s3://b/p/7.jpg"},
    ]

    assert labels_of(tmp_path, "x.manifest", "\n".join(map(json.dumps, lines))) == [
        ("s3://b/p/1.jpg", "dog", True),
        ("s3://b/p/2.jpg", "dog", True),
        ("s3://b/p/2.jpg", "cat", True),
        ("s3://b/p/3.jpg", "cat", True),
        "x.manifest:4: k was labelled by a program, not by a person",
        "x.manifest:5: k has the class 1, which is not in its class-map",
        "x.manifest:6: k is not a list of classes",
        "x.manifest:7: it has no labels",
    ]


def test_coco(tmp_path: Path) -> None:
    document = {
        "images": [
            {"id": 9, "file_name": "a.jpg", "neg_category_ids": [2, 5]},
            {"id": "9", "file_name": "b.jpg"},
            {"id": 3, "file_name": 7},
            "x",
        ],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}, {"id": 3, "name": ""}],
        "annotations": [
            {"image_id": 9, "category_id": 1, "bbox": [0, 0, 1, 1]},
            {"image_id": "9", "category_id": 2},
            {"image_id": 4, "category_id": 1},
            {"image_id": 3, "category_id": 1},
            {"image_id": 9, "category_id": 3},
            {"image_id": 9, "category_id": [1]},
            None,
        ],
    }
    expected = [
        ("a.jpg", "dog", True),
        ("b.jpg", "cat", True),
        "x.json: annotation 3: images has no usable entry with its image_id",
        "x.json: annotation 4: images has no usable entry with its image_id",
        "x.json: annotation 5: categories has no usable entry with the id 3",
        "x.json: annotation 6: categories has no usable entry with the id [1]",
        "x.json: annotation 7: images has no usable entry with its image_id",
        ("a.jpg", "cat", False),
        "x.json: annotation 8: categories has no usable entry with the id 5",
    ]

    assert labels_of(tmp_path, "x.json", json.dumps(document)) == expected
    assert labels_of(tmp_path, "x.json", json.dumps(document, indent=2)) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ('{"file": "a.jpg", "tag": "dog", "tag": "cat"}', "the member 'tag' twice"),
        ('{"file": "a.jpg"}', "it has no labels"),
        ('{"file": "a.jpg", "labels": [1]}', "labels is neither a text nor a list of texts"),
        ('{"file": 1, "labels": ["x"]}', "file is not a text"),
        ('{"labels": ["x"]}', "it names no picture"),
        ('{"sha256": "x", "labels": ["x"]}', "'x' is not a SHA-256 in hexadecimal"),
        ('{"image": "x", "labels": ["x"]}', "'x' is not the id of an image"),
        ('{"file": "a\\u0000", "labels": ["x"]}', "it names no picture"),
        ('{"file": "a.jpg", "labels": [" "]}', "at least one letter"),
        ('{"file": "a.jpg", "labels": ["\\ud800"]}', "half of a surrogate pair"),
    ],
)
def test_a_bad_line_is_reported_in_one_sentence(line: str, reason: str) -> None:
    good = '{"file": "a.jpg", "labels": ["dog"]}'
    first, bad, last = read_json_lines([good, line, good])

    assert isinstance(bad, Unusable)
    assert reason in bad.reason
    assert bad.line == 2
    assert isinstance(first, Row)
    assert isinstance(last, Row)


@pytest.mark.parametrize(
    "text", ["[]", '{\n"images": []\n}', '[{"file": "a.jpg",\n"labels": ["x"]}]']
)
def test_a_document_that_is_not_coco_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LabelsUnusable, match="not COCO"):
        labels_of(tmp_path, "x.json", text)


def test_a_document_with_a_member_twice_is_refused(tmp_path: Path) -> None:
    text = '{"images": [{"id": 1, "id": 2}], "annotations": [], "categories": []}'

    with pytest.raises(LabelsUnusable, match="an object has the member 'id' twice"):
        labels_of(tmp_path, "x.json", text)


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MEMBERS = ("file", "image", "sha256", "owner", "labels", "not_labels", "k", "k-metadata")
IDS = st.integers(0, 2)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"id": IDS | values, "name": values, "file_name": values, "image_id": IDS}
    )
    | values,
    max_size=4,
)


@given(st.dictionaries(st.sampled_from(MEMBERS), values), ENTRIES, ENTRIES, ENTRIES)
def test_any_json_is_a_label_or_a_reason(
    line: dict[str, Any], images: list[Any], categories: list[Any], annotations: list[Any]
) -> None:
    coco = {"images": images, "categories": categories, "annotations": annotations}
    rows = [*read_json_line(1, json.dumps(line)), *read_coco(coco)]

    assert len(rows) >= 1 + len(annotations)
    assert all(row.tag if isinstance(row, Row) else row.reason for row in rows)


def test_coco_that_is_written_reads_back_the_same() -> None:
    def label(tag: str, name: str, present: bool) -> ExportedLabel:
        return ExportedLabel(IMAGE, DIGEST, "a.jpg", "ada", tag, name, present, 640, 480)

    labels = [
        label("crane-2", "crane", True),
        label("tea", "Tea", True),
        label("dog", "dog", False),
    ]
    vocabulary = [VocabularyTag("dog", "dog", (), ("animal",), "")]
    out = io.StringIO()
    write_coco(labels, vocabulary, out)

    document = json.loads(out.getvalue())
    assert document["annotations"][0]["bbox"] == [0, 0, 640, 480]
    assert [(c["name"], c["supercategory"]) for c in document["categories"]] == [
        ("crane", ""),
        ("dog", "animal"),
        ("Tea", ""),
    ]
    assert list(read_coco(document)) == [
        Row(1, IMAGE, DIGEST, "a.jpg", "ada", "crane-2", True),
        Row(2, IMAGE, DIGEST, "a.jpg", "ada", "Tea", True),
        Row(3, IMAGE, DIGEST, "a.jpg", "ada", "dog", False),
    ]

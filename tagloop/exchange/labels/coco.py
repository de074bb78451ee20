"""COCO JSON: images, categories, and annotations that join them.

COCO has boxes, no labels of whole pictures: a picture has a tag if any box has the category. What a
picture does not show is in `neg_category_ids`, as in LVIS.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from tagloop.client.documents import VocabularyTag
from tagloop.client.teaching_documents import ExportedLabel
from tagloop.exchange.labels.rows import Row, Unusable, checked, named

PARTS = ("images", "annotations", "categories")
NEGATIVES = "neg_category_ids"


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`."""

    image: str
    sha256: str
    path: str
    owner: str | None
    negatives: Sequence[Any]


def is_coco(document: object) -> bool:
    """Return whether a JSON document has the three lists of COCO."""
    return isinstance(document, dict) and all(
        isinstance(document.get(part), list) for part in PARTS
    )


def read_coco(document: Mapping[str, Any]) -> Iterator[Row | Unusable]:
    """Yield a label for each annotation, numbered from 1, then what pictures do not show.

    The negatives are numbered on after the annotations, one number for each entry of `images`.
    """
    pictures = {_key(entry): _picture(entry) for entry in document["images"]}
    tags = {_key(entry): _tag(entry) for entry in document["categories"]}
    annotations = document["annotations"]
    for number, annotation in enumerate(annotations, start=1):
        is_object = isinstance(annotation, dict)
        picture = pictures.get(repr(annotation.get("image_id"))) if is_object else None
        category = annotation.get("category_id") if is_object else None
        yield _row(number, picture, tags, category, present=True)
    for number, picture in enumerate(pictures.values(), start=len(annotations) + 1):
        for category in picture.negatives if picture else ():
            yield _row(number, picture, tags, category, present=False)


def write_coco(
    labels: Sequence[ExportedLabel], vocabulary: Sequence[VocabularyTag], out: TextIO
) -> None:
    """Write labels; each annotation's box is the whole picture."""
    wider = {tag.slug: tag.parents[0] for tag in vocabulary if tag.parents}
    names = {label.tag: label.name for label in labels}
    category_ids = {slug: number for number, slug in enumerate(sorted(names), start=1)}
    images: dict[str, dict[str, Any]] = {}
    annotations: list[dict[str, Any]] = []
    for label in labels:
        width, height = label.width or 0, label.height or 0
        image = images.setdefault(
            label.image,
            {
                "id": len(images) + 1,
                "file_name": label.filename,
                "width": width,
                "height": height,
                "image": label.image,
                "sha256": label.sha256,
                "owner": label.owner,
                NEGATIVES: [],
            },
        )
        category = category_ids[label.tag]
        if not label.present:
            image[NEGATIVES].append(category)
            continue
        annotations.append(
            {
                "id": len(annotations) + 1,
                "image_id": image["id"],
                "category_id": category,
                "bbox": [0, 0, width, height],
                "area": width * height,
                "iscrowd": 0,
            }
        )
    categories = [
        {"id": number, "name": names[slug], "supercategory": wider.get(slug, ""), "tag": slug}
        for slug, number in category_ids.items()
    ]
    document = {
        "info": {"description": "Labels from Tagloop"},
        "images": list(images.values()),
        "categories": categories,
        "annotations": annotations,
    }
    json.dump(document, out, ensure_ascii=False, indent=1)
    out.write("\n")


def _row(
    number: int, picture: CocoImage | None, tags: Mapping[str, str], category: Any, *, present: bool
) -> Row | Unusable:
    if picture is None:
        return Unusable(number, "images has no usable entry with its image_id")
    tag = tags.get(repr(category))
    if not tag:
        return Unusable(number, f"categories has no usable entry with the id {category!r:.100}")
    row = Row(number, picture.image, picture.sha256, picture.path, picture.owner, tag, present)
    return checked(row)


def _key(entry: Any) -> str:
    """Return an entry's id as a key; JSON's 1 and "1" are different ids."""
    return repr(entry.get("id")) if isinstance(entry, dict) else ""


def _picture(entry: Any) -> CocoImage | None:
    if not isinstance(entry, dict):
        return None
    texts = [entry.get(name) or "" for name in ("image", "sha256", "file_name")]
    owner, negatives = entry.get("owner"), entry.get(NEGATIVES) or []
    if not all(isinstance(text, str) for text in (*texts, owner or "")):
        return None
    image, sha256, path = texts
    return CocoImage(
        image, sha256.lower(), path, owner, negatives if isinstance(negatives, list) else []
    )


def _tag(entry: Any) -> str:
    """Return the tag that a category means; empty if none can have its name."""
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        return ""
    slug = entry.get("tag")
    try:
        return named(slug if isinstance(slug, str) else name, name)
    except ValueError:
        return ""

"""Labels from lines of JSON: Tagloop's own, Hugging Face's, and Amazon Ground Truth manifests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tagloop.exchange.labels.rows import Row, Unusable, checked, named

# In order of preference.
PATH_MEMBERS = ("file_name", "file", "path", "filename", "source-ref")
ADDED = ("labels", "label", "tags", "tag")
REMOVED = ("not_labels",)
METADATA = "-metadata"
HUMAN = "human-annotated"


class RepeatedMember(ValueError):
    """An object has two members of one name, and nothing says which of them is meant."""


def unique_members(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return a parsed object's members by their names.

    Raises RepeatedMember: two have the same name.
    """
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise RepeatedMember(f"an object has the member {name[:100]!r} twice")
        found[name] = value
    return found


def read_json_lines(lines: Sequence[str]) -> Iterator[Row | Unusable]:
    """Yield the labels of every line that is not empty; one line may hold several."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield from read_json_line(number, line)


def read_json_line(number: int, line: str) -> Iterator[Row | Unusable]:
    """Yield the labels of one line, or why it has none."""
    try:
        document = json.loads(line, object_pairs_hook=unique_members)
    except RepeatedMember as error:
        yield Unusable(number, str(error))
        return
    except (ValueError, RecursionError):
        yield Unusable(number, "it is not JSON")
        return
    if not isinstance(document, dict):
        yield Unusable(number, "it is not a JSON object")
        return
    try:
        labels = list(_labels_of(document))
        picture = [_text_of(document, name) for name in ("image", "sha256")]
        path = next((text for name in PATH_MEMBERS if (text := _text_of(document, name))), "")
        owner = _text_of(document, "owner") if "owner" in document else None
    except ValueError as error:
        yield Unusable(number, str(error))
        return
    if not labels:
        yield Unusable(number, "it has no labels")
    for label, present in labels:
        try:
            tag = named(label, label)
        except ValueError as error:
            yield Unusable(number, str(error))
        else:
            yield checked(Row(number, picture[0], picture[1].lower(), path, owner, tag, present))


def _labels_of(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield labels, and whether the picture has them. Raises ValueError if they are malformed."""
    for names, present in ((ADDED, True), (REMOVED, False)):
        for name in names:
            for label in _texts_of(document, name):
                yield label, present
    for name, metadata in document.items():
        if name.endswith(METADATA) and isinstance(metadata, dict):
            value = document.get(name.removesuffix(METADATA))
            for label in _labels_of_job(name.removesuffix(METADATA), value, metadata):
                yield label, True


def _labels_of_job(name: str, value: Any, metadata: Mapping[str, Any]) -> Iterator[str]:
    """Yield the labels that one labelling job of Amazon's gave to a picture.

    A job for one class names it; a job for several has a map of numbers to names, and its value
    lists the numbers, or boxes that hold them.
    """
    if metadata.get(HUMAN) == "no":
        raise ValueError(f"{name} was labelled by a program, not by a person")
    if isinstance(label := metadata.get("class-name"), str):
        yield label
        return
    classes = metadata.get("class-map")
    if not isinstance(classes, dict):
        raise ValueError(f"{name}{METADATA} has no class-name and no class-map")
    if isinstance(value, dict):
        boxes: Any = value.get("annotations")
        value = [box.get("class_id") for box in boxes] if _is_list_of(boxes, dict) else None
    if not isinstance(value, list) or not _is_list_of(value, int):
        raise ValueError(f"{name} is not a list of classes")
    for number in dict.fromkeys(value):
        label = classes.get(str(number))
        if not isinstance(label, str):
            raise ValueError(f"{name} has the class {number}, which is not in its class-map")
        yield label


def _texts_of(document: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return the texts of a member: one, a list, or none if it is absent."""
    value = document.get(name)
    if value is None:
        return ()
    texts = [value] if isinstance(value, str) else value
    if not _is_list_of(texts, str):
        raise ValueError(f"{name} is neither a text nor a list of texts")
    return list(texts)


def _text_of(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value.strip()


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)

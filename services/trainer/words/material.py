"""The material to learn words from: labelled pictures as arrays, and the network's predictions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from shared.errors import TagloopError
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags
from shared.model.names.tag_names import slug_of
from shared.model.vocabulary import Vocabulary


@dataclass(frozen=True)
class LabelledPictures:
    """Labelled pictures and their embeddings.

    slugs, names: of the words. paths: of the pictures; sets: the set that each picture belongs to.
    present, known: (pictures, words) bool; nothing is said where known is false. is_single:
    (pictures,) bool, true if one word is certain and nothing is known about the others. network:
    (pictures, words), the network's own predictions; has_network: (words,), whether it makes any.
    """

    backbone: str
    slugs: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[str, ...]
    sets: tuple[str, ...]
    present: NDArray[np.bool_]
    known: NDArray[np.bool_]
    is_single: NDArray[np.bool_]
    embeddings: NDArray[np.float16]
    network: NDArray[np.float32]
    has_network: NDArray[np.bool_]
    unreadable: Mapping[str, str]

    def sources_of(self, column: int) -> dict[str, int]:
        """Return how many pictures of each set show a word."""
        shown = np.flatnonzero(self.present[:, column])
        return dict(sorted(Counter(self.sets[row] for row in shown).items()))


def read_material(labels: Path, embeddings: Path, vocabulary: Vocabulary) -> LabelledPictures:
    """Read the labels from `tagloop learn-words`, and the worker's embeddings of the pictures.

    Raises:
        TagloopError: none of the pictures could be read.
    """
    document = json.loads(labels.read_text(encoding="utf-8"))
    with safe_open(embeddings, framework="numpy") as file:
        metadata = file.metadata()
        rows = file.get_tensor("embeddings")
        weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
    unreadable = json.loads(metadata["problems"])
    everything = document["pictures"]
    kept = np.array([picture["file"] not in unreadable for picture in everything], dtype=bool)
    pictures = [picture for picture in everything if picture["file"] not in unreadable]
    if not pictures:
        path, reason = next(iter(unreadable.items()))
        raise TagloopError(f"None of the pictures can be read, such as {path}: {reason}")
    tags = [vocabulary.resolve(word) for word in document["words"]]
    nothing = LearnedTags.nothing(len(weight))
    probabilities = vocabulary.tag_probabilities(
        Head(weight, bias, nothing, nothing).leaf_probabilities(rows[kept])
    )
    columns = [None if tag is None else vocabulary.index(tag.slug) for tag in tags]
    has_network = [column is not None and vocabulary.has_leaves[column] for column in columns]
    network = np.full((len(pictures), len(tags)), 0.5, np.float32)
    for word, column in enumerate(columns):
        if column is not None and has_network[word]:
            network[:, word] = probabilities[:, column]
    present = _table(pictures, "present", document["words"])
    known = _table(pictures, "known", document["words"])
    _add_implied(present, known, vocabulary, columns)
    return LabelledPictures(
        metadata["backbone"],
        tuple(
            tag.slug if tag else slug_of(word)
            for tag, word in zip(tags, document["words"], strict=True)
        ),
        tuple(tag.name if tag else word for tag, word in zip(tags, document["words"], strict=True)),
        tuple(picture["path"] for picture in pictures),
        tuple(picture["set"] for picture in pictures),
        present,
        known,
        np.array([picture["single"] for picture in pictures], dtype=bool),
        rows[kept],
        network,
        np.array(has_network, dtype=bool),
        unreadable,
    )


def _add_implied(
    present: NDArray[np.bool_],
    known: NDArray[np.bool_],
    vocabulary: Vocabulary,
    columns: Sequence[int | None],
) -> None:
    """Fill in implied labels, in place: a flower is a plant, and without food there is no fruit.

    present, known: (pictures, words). columns: of the words in the vocabulary.
    """
    for narrow, column in enumerate(columns):
        if column is None:
            continue
        above = set(vocabulary.ancestors(column).tolist())
        for wide, other in enumerate(columns):
            if other not in above:
                continue
            implied = present[:, narrow] & ~known[:, wide]
            present[implied, wide] = known[implied, wide] = True
            known[:, narrow] |= known[:, wide] & ~present[:, wide]


def _table(
    pictures: Sequence[Mapping[str, Any]], key: str, words: Sequence[str]
) -> NDArray[np.bool_]:
    position = {word: column for column, word in enumerate(words)}
    table = np.zeros((len(pictures), len(words)), dtype=bool)
    for row, picture in zip(table, pictures, strict=True):
        row[[position[word] for word in picture[key]]] = True
    return table

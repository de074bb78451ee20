"""The simulation's pictures: what each really shows, and its embedding."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from bench.setup.errors import BenchError
from shared.model.vocabulary import load_imagenet

CLOTHING = (
    *("dress", "hat", "longsleeve", "outwear", "pants"),
    *("shirt", "shoes", "shorts", "skirt", "t-shirt"),
)
# Kinds of pictures of a single word that never show each other's words.
FOOD = ("fruit", "vegetable", "packaged-food")
SKY = ("sunset", "sunny-sky", "cloudy-sky", "rain", "day", "night")
OTHER = ("flower", "face")
MIN_PICTURES = 50
TEST_SHARE = 0.3


@dataclass(frozen=True)
class LabelledPictures:
    """Labelled pictures. embeddings: (pictures, dimensions) float16.

    present, known: (pictures, labels) bool. is_test: (pictures,). head: the network's weight and
    bias.
    """

    paths: tuple[str, ...]
    embeddings: NDArray[np.float16]
    labels: tuple[str, ...]
    present: NDArray[np.bool_]
    known: NDArray[np.bool_]
    is_test: NDArray[np.bool_]
    head: tuple[NDArray[np.float32], NDArray[np.float32]]


def read_pictures(folder: Path, cache: Path) -> LabelledPictures:
    """Return the pictures of a folder with `clothing` and `words`; embed them once.

    Raises:
        BenchError: the folder has no such pictures.
    """
    truth = _read_truth(folder)
    if not truth:
        raise BenchError(f"{folder} has no folders clothing and words with labelled pictures.")
    paths = tuple(sorted(truth))
    arrays = _embed(paths, cache)
    labels = _frequent(truth)
    present = np.zeros((len(paths), len(labels)), dtype=np.bool_)
    known = present.copy()
    for row, path in enumerate(paths):
        shows, absent = truth[path]
        shows = shows | {wide for label in shows for wide in _wider(label)}
        present[row] = [label in shows for label in labels]
        known[row] = [label in shows or label in absent for label in labels]
    return LabelledPictures(
        paths,
        arrays["embeddings"],
        labels,
        present,
        known,
        np.array([_is_test(path) for path in paths], dtype=np.bool_),
        (arrays["weight"], arrays["bias"]),
    )


@cache
def _wider(label: str) -> frozenset[str]:
    """Return the tags that a label implies: a T-shirt is a shirt."""
    vocabulary = load_imagenet()
    tag = vocabulary.resolve(label)
    above = () if tag is None else vocabulary.ancestors(vocabulary.index(tag.slug)).tolist()
    return frozenset(vocabulary.tags[column].slug for column in above)


def _read_truth(folder: Path) -> dict[str, tuple[set[str], set[str]]]:
    """Return what each picture shows, and what it certainly lacks, by path."""
    truth: dict[str, tuple[set[str], set[str]]] = {}
    for path in sorted((folder / "clothing").glob("*/*/*.*")):
        truth[str(path)] = {path.parent.name}, {*CLOTHING, *FOOD, *SKY, "flower"}
    single = sorted((folder / "words" / "single").glob("*/*.*"))
    for path in single:
        shown = path.parent.name
        kinds = [kind for kind in (FOOD, SKY, OTHER) if shown not in kind]
        absent = {label for kind in kinds for label in kind}
        truth[str(path)] = {shown}, absent | ({*CLOTHING} if shown != "face" else set())
    table = folder / "words" / "exhaustive.csv"
    if table.exists():
        rows = list(csv.DictReader(table.open(encoding="utf-8")))
        words = {word for row in rows for word in row["present"].split(";") if word}
        for row in rows:
            shows, unknown = ({*row[name].split(";")} - {""} for name in ("present", "unknown"))
            path = (table.parent / row["file"]).resolve()
            if path.exists():
                truth[str(path)] = shows, words - shows - unknown
    return truth


def _frequent(truth: dict[str, tuple[set[str], set[str]]]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for shows, _ in truth.values():
        for label in shows:
            counts[label] = counts.get(label, 0) + 1
    return tuple(sorted(label for label, count in counts.items() if count >= MIN_PICTURES))


def _is_test(path: str) -> bool:
    if "/clothing/" in path:
        return "/validation/" in path
    draw = int.from_bytes(
        hashlib.sha256(Path(path).name.encode() + path.encode()[-20:]).digest()[:4]
    )
    return draw < TEST_SHARE * 2**32


def _embed(paths: tuple[str, ...], cache: Path) -> dict[str, NDArray]:
    """Return the embeddings and the network's head, from the cache if it has these pictures."""
    listed, arrays = cache / "pictures.json", cache / "embeddings.safetensors"
    if not arrays.exists() or json.loads(listed.read_text()) != list(paths):
        cache.mkdir(parents=True, exist_ok=True)
        listed.write_text(json.dumps(paths))
        command = [
            sys.executable,
            "-m",
            "services.worker.backbone.embed_files",
            str(listed),
            str(arrays),
        ]
        subprocess.run(command, check=True)
    return load_file(arrays)

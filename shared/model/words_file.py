"""Words files: classifiers learned from a labelled folder, to be added to a network's head.

A safetensors file, so nothing in it is executed. The weights are halved to float16: 2.5 kB a word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from shared.errors import ConfigError
from shared.model.learned_tags import LearnedTags

FORMAT = "tagloop-words-1"
# Under this name the file says which words of which backbone it holds.
METADATA = "tagloop"
WEIGHTS = Path(__file__).parent / "weights"
DIGEST_DIGITS = 16


@dataclass(frozen=True)
class WordsFile:
    """Classifiers of some words over the embeddings of one backbone.

    names: of the words, by slug, in the order of the classifiers. classifiers: their tag ids mean
    nothing; `as_tags` puts in those of a database.
    """

    backbone: str
    names: Mapping[str, str]
    classifiers: LearnedTags

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        arrays = self.classifiers.arrays()
        arrays["weight"] = self.classifiers.weight.astype(np.float16)
        document = {"format": FORMAT, "backbone": self.backbone, "words": dict(self.names)}
        # As one entry: safetensors writes several in any order, and the same words shall always
        # make the same file.
        metadata = {METADATA: json.dumps(document, ensure_ascii=False)}
        return save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata)

    def as_tags(self, tag_ids: NDArray[np.int32]) -> LearnedTags:
        """Return the classifiers for a database; tag_ids: (words,), in the order of `names`."""
        return replace(self.classifiers, tag_ids=tag_ids)


def read_words_file(path: Path) -> WordsFile:
    """Read a words file.

    Raises:
        ConfigError: it is none, or can't be read.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            document = json.loads((file.metadata() or {})[METADATA])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if document["format"] != FORMAT:
            raise ConfigError(f"{path} is no words file of this version of Tagloop.")
        backbone, names = document["backbone"], document["words"]
        arrays["weight"] = arrays["weight"].astype(np.float32)
        classifiers = LearnedTags.from_arrays(arrays)
        if classifiers.weight.shape[1] != len(names) or len(classifiers) != len(names):
            raise ConfigError(f"{path} has {len(names):,} words, but not as many classifiers.")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}.") from error
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} is no words file, or damaged: {error}") from error
    return WordsFile(backbone, names, classifiers)


def shipped_words(backbone: str) -> Path | None:
    """Return the words file that ships for a backbone; None where there is none."""
    path = WEIGHTS / f"{backbone}.safetensors"
    return path if path.exists() else None


def digest_of(path: Path) -> str:
    """Return what a file is known by among the versions of the model."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_DIGITS]

"""Words files: classifiers of words learned from a labelled folder, to add to a network's head.

They are safetensors files, so reading one executes nothing. Weights are float16: 2.5 kB a word.
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
from shared.model.learned.tags import LearnedTags

FORMAT = "tagloop-words-1"
# Metadata key of the backbone's name and the words.
METADATA = "tagloop"
WEIGHTS = Path(__file__).parent / "weights"
DIGEST_DIGITS = 16


@dataclass(frozen=True)
class WordsFile:
    """Classifiers of words over the embeddings of one backbone.

    names: the words' names by slug, in the order of the classifiers. classifiers: their tag ids are
    placeholders; `as_tags` sets those of a database.
    """

    backbone: str
    names: Mapping[str, str]
    classifiers: LearnedTags

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        arrays = self.classifiers.arrays()
        arrays["weight"] = self.classifiers.weight.astype(np.float16)
        document = {"format": FORMAT, "backbone": self.backbone, "words": dict(self.names)}
        # One entry only: safetensors writes several in any order, but the same words must make the
        # same file.
        metadata = {METADATA: json.dumps(document, ensure_ascii=False)}
        return save({name: np.ascontiguousarray(a) for name, a in arrays.items()}, metadata)

    def as_tags(self, tag_ids: NDArray[np.int32]) -> LearnedTags:
        """Return the classifiers for a database; tag_ids: (words,), in the order of `names`."""
        return replace(self.classifiers, tag_ids=tag_ids)


def read_words_file(path: Path) -> WordsFile:
    """Read a words file.

    Raises:
        ConfigError: it is not a words file, or cannot be read.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            document = json.loads((file.metadata() or {})[METADATA])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if document["format"] != FORMAT:
            raise ConfigError(f"{path} is not a words file of this version of Tagloop.")
        backbone, names = document["backbone"], document["words"]
        arrays["weight"] = arrays["weight"].astype(np.float32)
        classifiers = LearnedTags.from_arrays(arrays)
        if classifiers.weight.shape[1] != len(names) or len(classifiers) != len(names):
            raise ConfigError(f"{path} has {len(names):,} words, but not as many classifiers.")
    except OSError as error:
        # safetensors says what is wrong without an errno, and names the file as well.
        reason = error.strerror or str(error).removesuffix(f": {path}")
        raise ConfigError(f"{path}: {reason}.") from error
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} is damaged or not a words file: {error}") from error
    return WordsFile(backbone, names, classifiers)


def shipped_words(backbone: str) -> Path | None:
    """Return the path of the words file that ships for a backbone, or None."""
    path = WEIGHTS / f"{backbone}.safetensors"
    return path if path.exists() else None


def digest_of(path: Path) -> str:
    """Return the digest that identifies the file in the metrics of a version."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_DIGITS]

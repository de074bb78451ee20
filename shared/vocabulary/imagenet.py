"""The vocabulary of networks trained on ImageNet."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from shared.vocabulary.tag import Tag
from shared.vocabulary.vocabulary import Vocabulary

IMAGENET_FILE = Path(__file__).parent / "data" / "imagenet.json"


def read_vocabulary(file: Path) -> Vocabulary:
    """Read a vocabulary written by `shared.vocabulary.build`."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    return Vocabulary(
        [
            Tag(**row | {"aliases": tuple(row["aliases"]), "parents": tuple(row["parents"])})
            for row in rows
        ]
    )


@cache
def load_imagenet() -> Vocabulary:
    """Load ImageNet's classes, columns 0 to 999, their ancestors, and the everyday words."""
    return read_vocabulary(IMAGENET_FILE)

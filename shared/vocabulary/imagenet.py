"""The vocabulary that comes with the program: ImageNet's classes and their WordNet ancestors."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from shared.vocabulary.tag import Tag
from shared.vocabulary.vocabulary import Vocabulary

IMAGENET_FILE = Path(__file__).parent / "imagenet.json"


@cache
def load_imagenet() -> Vocabulary:
    """The committed vocabulary; columns 0 to 999 are ImageNet's classes in their usual order."""
    rows = json.loads(IMAGENET_FILE.read_text(encoding="utf-8"))
    return Vocabulary(
        [
            Tag(**row | {"aliases": tuple(row["aliases"]), "parents": tuple(row["parents"])})
            for row in rows
        ]
    )

"""The vocabulary of networks trained on ImageNet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shared.model.vocabulary.stored import read_vocabulary
from shared.model.vocabulary.vocabulary import Vocabulary

IMAGENET_FILE = Path(__file__).parent / "data" / "imagenet.json"


@cache
def load_imagenet() -> Vocabulary:
    """Load ImageNet's classes, columns 0 to 999, their ancestors, and the everyday words."""
    return read_vocabulary(IMAGENET_FILE.read_text(encoding="utf-8"))

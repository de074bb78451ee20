"""A network with text as a backbone: its picture tower, and words as its classifier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from services.worker.backbone.interface import Description
from services.worker.backbone.networks.timm_network import Network
from services.worker.backbone.two_towers.loading import ImageTower, load_towers
from services.worker.backbone.two_towers.texts import embed_words
from shared.model.head import Head
from shared.model.text_rows import Background, TextRows, limit_of
from shared.model.vocabulary import Tag
from shared.model.vocabulary.wide.synsets import load_synsets
from shared.model.vocabulary.word_list import read_word_list

# On the Zipf scale: once in a million words. 6,200 visible nouns are as common.
MIN_WORD_ZIPF = 3.0


def load_two_towers(name: str, weights: Path | None, words: Path | None) -> Network:
    """Load a network with text and embed the words of its vocabulary.

    words: a file with the words; None: the visible nouns that come with the program.

    Raises:
        ConfigError: as `load_towers` and `read_word_list`.
    """
    vocabulary = (
        load_synsets().vocabulary_of_words(MIN_WORD_ZIPF)
        if words is None
        else read_word_list(words)
    )
    towers = load_towers(name, weights)
    tags = [vocabulary.tags[column] for column in vocabulary.leaves.tolist()]
    rows = embed_words(towers, [tag.name for tag in tags]).T
    text = TextRows(
        np.ascontiguousarray(rows),
        np.array(_limits(tags), np.float32),
        Background.unknown(len(rows)),
        np.empty(0, np.int32),
    )
    # For networks trained on squeezed pictures too, the square in the middle is as good.
    description = Description(name, towers.side, 1.0, len(rows))
    return Network(description, ImageTower(towers).eval(), Head.of_text(text), vocabulary)


def _limits(tags: Sequence[Tag]) -> list[float]:
    known = load_synsets().known
    return [limit_of(known[tag.wordnet_id].zipf if tag.wordnet_id else 0) for tag in tags]

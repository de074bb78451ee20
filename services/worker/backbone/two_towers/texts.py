"""Embed texts: the words of a vocabulary once, and what people search for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from services.worker.backbone.two_towers.loading import Towers
from services.worker.backbone.two_towers.templates import sentences_of
from shared.model.text_rows import unit

BATCH_TEXTS = 256


def embed_texts(towers: Towers, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return embeddings of length 1, (texts, dimensions)."""
    parts = []
    with torch.inference_mode():
        for start in range(0, len(texts), BATCH_TEXTS):
            tokens = towers.tokenize(list(texts[start : start + BATCH_TEXTS]))
            parts.append(towers.model.encode_text(tokens, normalize=True).float().cpu().numpy())
    return np.concatenate(parts)


def embed_words(towers: Towers, names: Sequence[str]) -> NDArray[np.float32]:
    """Return the mean embeddings of names in all templates, (names, dimensions), of length 1."""
    sentences = [sentence for name in names for sentence in sentences_of(name)]
    embedded = embed_texts(towers, sentences)
    return unit(embedded.reshape(len(names), -1, embedded.shape[1]).mean(axis=1))

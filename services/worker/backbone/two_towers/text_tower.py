"""The tower for texts of a network, in a worker."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone.interface import has_text


class TextTower:
    """Embeds texts; loads the network at the first one, with torch. Thread-safe."""

    def __init__(self, name: str, weights: Path | None) -> None:
        self._name = name
        self._weights = weights
        self._lock = threading.Lock()
        self._towers: Any = None

    def embed(self, text: str, *, as_name: bool) -> NDArray[np.float32]:
        """Return the embedding of a text, (dimensions,), of length 1.

        as_name: the text is a tag's name, and is put into the same sentences as the vocabulary's.

        Raises:
            ConfigError: as `load_towers`.
        """
        # A worker that embeds pictures by OpenVINO needs torch only for this.
        from services.worker.backbone.two_towers.loading import load_towers
        from services.worker.backbone.two_towers.texts import embed_texts, embed_words

        with self._lock:
            if self._towers is None:
                self._towers = load_towers(self._name, self._weights)
            embed = embed_words if as_name else embed_texts
            return embed(self._towers, [text])[0]


def text_tower_of(name: str, weights: Path | None) -> TextTower | None:
    """Return the tower for texts of a network; None if it has none."""
    return TextTower(name, weights) if has_text(name) else None

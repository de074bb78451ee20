"""A second network that is as good as the first one: its embeddings in another order."""

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.worker.backbone import Backbone
from shared.model.head import Head
from shared.model.learned.tags import LearnedTags

REVERSED = "reversed"


class ReversedBackbone:
    """Runs another network and returns its embeddings backwards."""

    def __init__(self, backbone: Backbone, name: str = REVERSED) -> None:
        self._backbone = backbone
        self.description = replace(backbone.description, name=name)
        head = backbone.first_head
        nothing = LearnedTags.nothing(len(head.weight))
        self.vocabulary = backbone.vocabulary
        self.choice = backbone.choice
        self.text = backbone.text
        self.first_head = Head(head.weight[::-1], head.bias, nothing, nothing)

    def embed(self, pixels: NDArray[np.uint8]) -> Future[NDArray[np.float32]]:
        """Return the embedding, which is done at once."""
        done: Future[NDArray[np.float32]] = Future()
        done.set_result(self._backbone.embed(pixels).result()[::-1])
        return done

    def close(self) -> None:
        """Do nothing: the other network belongs to someone else."""

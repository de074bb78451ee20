"""The live head, kept at hand by every process that scores embeddings."""

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from shared.db.engine import transaction
from shared.db.models import LiveModel, find_live_model
from shared.db.tags import tag_ids
from shared.errors import Unavailable
from shared.head import Head
from shared.storage import Storage
from shared.vocabulary import Vocabulary, load_imagenet

# A promotion is seen by everyone this much later at the latest.
REFRESH_SECONDS = 2.0


@dataclass(frozen=True)
class Scorer:
    """One version of the head over the vocabulary.

    tag_ids: (tags,) int32, the database's id of each column of the vocabulary.
    """

    model: LiveModel
    head: Head
    vocabulary: Vocabulary
    tag_ids: NDArray[np.int32]

    def tag_probabilities(self, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
        """Embeddings (n, dimensions) to probabilities of all tags (n, tags)."""
        return self.vocabulary.tag_probabilities(self.head.leaf_probabilities(embeddings))


class LiveScorer:
    """The scorer of the live version; follows promotions. Safe for threads."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._engine = engine
        self._storage = storage
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None
        self._checked_at = 0.0

    def get(self) -> Scorer:
        """The live version, as of at most two seconds ago.

        Raises:
            Unavailable: no worker has made a first version yet, or Postgres is away.
        """
        with self._lock:
            if self._scorer is None or time.monotonic() - self._checked_at > REFRESH_SECONDS:
                self._scorer = self._refresh()
                self._checked_at = time.monotonic()
            return self._scorer

    def _refresh(self) -> Scorer:
        with transaction(self._engine) as connection:
            model = find_live_model(connection)
            if model is None:
                raise Unavailable("There is no model yet: no worker has started so far.")
            if self._scorer is not None and self._scorer.model == model:
                return self._scorer
            ids = tag_ids(connection)
        vocabulary = load_imagenet()
        return Scorer(
            model,
            Head.from_bytes(bytes(self._storage.get(model.blob))),
            vocabulary,
            np.array([ids[tag.slug] for tag in vocabulary.tags], dtype=np.int32),
        )

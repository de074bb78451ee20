"""The live head, kept at hand by every process that scores embeddings."""

import threading
import time
from dataclasses import replace

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.models.models import find_live_model
from shared.db.tags.edits import last_edit
from shared.db.tags.lookup import find_custom_tags
from shared.errors import Unavailable
from shared.model.head import Head
from shared.model.scorer import Scorer
from shared.model.vocabulary_index import read_vocabulary_index
from shared.storage.storage import Storage

# A promotion is seen by everyone this much later at the latest.
REFRESH_SECONDS = 0.2


class LiveScorer:
    """The scorer of the live version; follows promotions. Safe for threads."""

    def __init__(
        self, engine: Engine, storage: Storage, hold: frozenset[str] = frozenset()
    ) -> None:
        """hold: names of tags that are not shown before a person confirms them."""
        self._hold = hold
        self._engine = engine
        self._storage = storage
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None
        self._edits = 0
        self._checked_at = 0.0

    def get(self) -> Scorer:
        """The live version, as of at most 0.2 seconds ago.

        Raises:
            Unavailable: no worker has made a first version yet, or Postgres is away.
        """
        with self._lock:
            if self._scorer is None or time.monotonic() - self._checked_at > REFRESH_SECONDS:
                self._scorer = self._refresh()
                self._checked_at = time.monotonic()
            return self._scorer

    def look_again(self) -> Scorer:
        """The live version as of now.

        Raises:
            Unavailable: Postgres is away.
        """
        with self._lock:
            self._checked_at = 0.0
        return self.get()

    def _refresh(self) -> Scorer:
        known = self._scorer
        with transaction(self._engine) as connection:
            model = find_live_model(connection)
            edits = last_edit(connection)
        if model is None:
            raise Unavailable("There is no model yet: no worker has started so far.")
        is_known = known is not None and known.model == model
        if known is not None and is_known and self._edits == edits:
            return known
        if known is not None and is_known:
            # Only names or owners of tags have changed.
            head = replace(known.head, learned_tags=known.all_learned())
        else:
            head = Head.from_bytes(bytes(self._storage.get(model.blob)))
        with transaction(self._engine) as connection:
            words = read_vocabulary_index(connection)
            learned = [*head.learned_tags.tag_ids.tolist(), *head.pretrained.tag_ids.tolist()]
            custom = find_custom_tags(connection, learned)
        self._edits = edits
        return Scorer.of(model, head, words, custom, self._hold)

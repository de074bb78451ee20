"""The live network's vocabulary, cached by every process that answers with tags.

Custom tags are not included: there may be very many, so their names are read from the database with
each request.
"""

import time

from sqlalchemy import Connection, Engine

from shared.db.connection.engine import transaction
from shared.db.models.vocabularies.stored import find_live_backbone
from shared.model.vocabulary_index import VocabularyIndex, read_vocabulary_index

# Every process sees another network's vocabulary within this time.
REFRESH_SECONDS = 0.2


class LiveVocabulary:
    """The vocabulary and its tags' database ids; follows the live network. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._index: VocabularyIndex | None = None
        self._backbone_id: int | None = None
        self._checked_at = 0.0

    def get(self, connection: Connection | None = None) -> VocabularyIndex:
        """Return the vocabulary with its ids, at most 0.2 seconds old.

        connection: the caller's, if it is in a transaction; if each thread took a second
        connection, they could exhaust the pool and deadlock.

        Raises:
            Unavailable: Postgres does not answer.
        """
        index = self._index
        if index is not None and time.monotonic() - self._checked_at < REFRESH_SECONDS:
            return index
        if connection is not None:
            return self._refresh(connection)
        with transaction(self._engine) as own:
            return self._refresh(own)

    def _refresh(self, connection: Connection) -> VocabularyIndex:
        backbone_id = find_live_backbone(connection)
        index = self._index
        if index is None or backbone_id != self._backbone_id:
            index = read_vocabulary_index(connection, backbone_id)
            self._index, self._backbone_id = index, backbone_id
        self._checked_at = time.monotonic()
        return index

"""The program's vocabulary, cached by every process that answers with tags.

Custom tags are not included: there may be very many, so their names are read from the database with
each request.
"""

from sqlalchemy import Connection, Engine

from shared.db.connection.engine import transaction
from shared.model.vocabulary_index import VocabularyIndex, read_vocabulary_index


class LiveVocabulary:
    """The vocabulary and its tags' database ids, read once. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._index: VocabularyIndex | None = None

    def get(self, connection: Connection | None = None) -> VocabularyIndex:
        """Return the vocabulary with its ids.

        connection: the caller's, if it is in a transaction; if each thread took a second
        connection, they could exhaust the pool and deadlock.

        Raises:
            Unavailable: Postgres is away.
        """
        if self._index is None:
            if connection is None:
                with transaction(self._engine) as own:
                    self._index = read_vocabulary_index(own)
            else:
                self._index = read_vocabulary_index(connection)
        return self._index

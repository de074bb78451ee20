"""The vocabulary that comes with the program, kept at hand by every process that answers with tags.

Tags that people made are not in it: there may be very many of them, and their names are read from
the database together with what they are asked for.
"""

from sqlalchemy import Connection, Engine

from shared.db.connection.engine import transaction
from shared.model.vocabulary_index import VocabularyIndex, read_vocabulary_index


class LiveVocabulary:
    """The vocabulary and the database's ids of its tags, read once. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._index: VocabularyIndex | None = None

    def get(self, connection: Connection | None = None) -> VocabularyIndex:
        """Return the vocabulary with its ids.

        connection: the caller's, if it is in a transaction. With a second connection for each,
        threads could use up the pool and wait for ever.

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

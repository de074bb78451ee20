"""The vocabulary, kept at hand by every process that answers with tags."""

import time
from collections.abc import Collection

from sqlalchemy import Connection, Engine

from shared.db.connection.engine import transaction
from shared.model.vocabulary_index import VocabularyIndex, read_vocabulary_index

# A word that another process made is seen this much later at the latest.
REFRESH_SECONDS = 2.0


class LiveVocabulary:
    """The vocabulary of the database; follows it. Safe for threads.

    No thread waits for another one to read it: whoever waits may hold the very connection that
    the other needs.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._words: VocabularyIndex | None = None
        self._checked_at = 0.0

    def get(
        self, knowing: Collection[str] = (), connection: Connection | None = None
    ) -> VocabularyIndex:
        """The words as of at most two seconds ago; as of now, if one of these slugs is missing.

        connection: the caller's, if it is in a transaction, which must not have made tags itself.
        With a second connection for each, threads could use up the pool and wait for ever.

        Raises:
            Unavailable: Postgres is away.
        """
        words = self._words
        is_old = time.monotonic() - self._checked_at > REFRESH_SECONDS
        if words is None or is_old or not words.vocabulary.knows(knowing):
            if connection is None:
                with transaction(self._engine) as own:
                    words = read_vocabulary_index(own, words)
            else:
                words = read_vocabulary_index(connection, words)
            self._words = words
            self._checked_at = time.monotonic()
        return words

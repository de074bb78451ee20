"""The vocabulary, kept at hand by every process that answers with tags."""

import threading
import time
from collections.abc import Collection

from sqlalchemy import Engine

from shared.db.engine import transaction
from shared.words import Words, read_words

# A word that another process made is seen this much later at the latest.
REFRESH_SECONDS = 2.0


class LiveVocabulary:
    """The vocabulary of the database; follows it. Safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._words: Words | None = None
        self._checked_at = 0.0

    def get(self, knowing: Collection[str] = ()) -> Words:
        """The words as of at most two seconds ago; as of now, if one of these slugs is missing.

        Raises:
            Unavailable: Postgres is away.
        """
        with self._lock:
            words = self._words
            is_old = time.monotonic() - self._checked_at > REFRESH_SECONDS
            if words is None or is_old or not words.vocabulary.knows(knowing):
                with transaction(self._engine) as connection:
                    words = self._words = read_words(connection, words)
                self._checked_at = time.monotonic()
            return words

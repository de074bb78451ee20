"""The keys that were shown lately, kept at hand by every web process."""

import time

from sqlalchemy import Engine

from shared.auth.tokens import digest_of, is_token
from shared.db.connection.engine import transaction
from shared.db.owners.keys import Key, use_key

# A key that is revoked still opens for as long, and one in use costs a query as often.
CACHE_SECONDS = 5.0


class KeyRing:
    """Verifies keys. Safe for threads: two that ask at once read the same row."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Only keys that are there: what does not open anything must not fill the memory.
        self._known: dict[bytes, tuple[Key, float]] = {}

    def verify(self, token: str) -> Key | None:
        """The key that a caller shows, as of at most five seconds ago; None if it opens nothing.

        Only digests are compared, by an index: how long that takes says nothing about a key.

        Raises:
            Unavailable: Postgres is away.
        """
        if not is_token(token):
            return None
        digest = digest_of(token)
        known = self._known.get(digest)
        if known is not None and time.monotonic() - known[1] < CACHE_SECONDS:
            return known[0]
        with transaction(self._engine) as connection:
            key = use_key(connection, digest)
        if key is None:
            self._known.pop(digest, None)
        else:
            self._known[digest] = key, time.monotonic()
        return key

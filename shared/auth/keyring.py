"""The recently used keys and sessions, cached by every web process."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine

from shared.auth.aws_keys import is_access_key_id
from shared.auth.tokens import digest_of, is_token
from shared.db.connection.engine import transaction
from shared.db.owners.keys import Key, use_key
from shared.db.owners.sessions import Session, delete_session, find_session

# A revoked key works for this long at most, and a key in use costs a query this often.
CACHE_SECONDS = 5.0

Found = TypeVar("Found")


class KeyRing:
    """Verifies keys and sessions. Thread-safe; two requests at once may both query the key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Only valid ones are cached, so that guesses cannot fill the memory.
        self._keys: dict[bytes, tuple[Key, float]] = {}
        self._sessions: dict[bytes, tuple[Session, float]] = {}

    def verify(self, token: str) -> Key | None:
        """Return the key that a caller shows, as of at most five seconds ago; None if unknown.

        Only digests are compared, by an index: how long that takes says nothing about a key.

        Raises:
            Unavailable: Postgres does not answer.
        """
        return self._find(self._keys, digest_of(token), use_key) if is_token(token) else None

    def find_access_key(self, access_key_id: str) -> Key | None:
        """Return the key with an AWS access key id, at most five seconds old; None if unknown.

        The id is public: the caller must also verify a signature made with its secret.

        Raises:
            Unavailable: Postgres does not answer.
        """
        if not is_access_key_id(access_key_id):
            return None
        return self._find(self._keys, digest_of(access_key_id), use_key)

    def verify_session(self, token: str) -> Session | None:
        """Return the session of a cookie, as of at most five seconds ago; None if it has ended.

        Raises:
            Unavailable: Postgres does not answer.
        """
        return self._find(self._sessions, digest_of(token), find_session)

    def end_session(self, token: str) -> None:
        """Sign out. Other processes take up to five seconds to notice.

        Raises:
            Unavailable: Postgres does not answer.
        """
        digest = digest_of(token)
        with transaction(self._engine) as connection:
            delete_session(connection, digest)
        self._sessions.pop(digest, None)

    def _find(
        self,
        cache: dict[bytes, tuple[Found, float]],
        digest: bytes,
        look_up: Callable[[Connection, bytes], Found | None],
    ) -> Found | None:
        known = cache.get(digest)
        if known is not None and time.monotonic() - known[1] < CACHE_SECONDS:
            return known[0]
        with transaction(self._engine) as connection:
            found = look_up(connection, digest)
        if found is None:
            cache.pop(digest, None)
        else:
            cache[digest] = found, time.monotonic()
        return found

"""The text of a key, and its stored digest."""

import hashlib
import re
import secrets

PREFIX = "tagloop_"
RANDOM_BYTES = 32
HINT_CHARACTERS = len(PREFIX) + 4
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def new_token() -> str:
    """Return a new key: 256 random bits, with a prefix that scanners for secrets recognise."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def is_token(text: str) -> bool:
    """Return whether a text has the form of a key."""
    return _FORM.fullmatch(text) is not None


def digest_of(token: str) -> bytes:
    """Return the SHA-256 of a key, 32 bytes, which is stored instead of it.

    A password needs a slow hash because it can be guessed. 256 random bits cannot be guessed
    however fast the hash is, and a slow hash would let strangers keep the server busy.
    """
    return hashlib.sha256(token.encode()).digest()


def hint_of(token: str) -> str:
    """Return the beginning of a key, by which its holder recognises it."""
    return token[:HINT_CHARACTERS]

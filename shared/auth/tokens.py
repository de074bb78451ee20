"""The text of a key, and what is kept of it."""

import hashlib
import re
import secrets

PREFIX = "tagloop_"
RANDOM_BYTES = 32
HINT_CHARACTERS = len(PREFIX) + 4
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def new_token() -> str:
    """A key that nobody has: 256 random bits, with a beginning that scanners for secrets find."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def is_token(text: str) -> bool:
    """Whether a text has the form of a key."""
    return _FORM.fullmatch(text) is not None


def digest_of(token: str) -> bytes:
    """What is kept of a key: its SHA-256, 32 bytes.

    A password needs a slow hash because people choose it and it can be guessed. Nobody guesses 256
    random bits, however fast the hash is, and a slow one would let anybody keep the server busy.
    """
    return hashlib.sha256(token.encode()).digest()


def hint_of(token: str) -> str:
    """The beginning of a key, by which its holder recognises it."""
    return token[:HINT_CHARACTERS]

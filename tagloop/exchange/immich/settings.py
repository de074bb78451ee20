"""Read the user's settings of the bridge: an address, a key and a parent tag."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from shared.errors import ConfigError

KEY_VARIABLE = "TAGLOOP_IMMICH_KEY"


def address_of(url: str) -> str:
    """Return the address of an Immich; raises ConfigError if it is not an address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
        raise ConfigError(f"{url!r} is not the address of a server; write http://host:2283")
    return url


def read_key(file: Path | None) -> str:
    """Return the key of Immich, from a file or the environment; raises ConfigError without one."""
    try:
        key = file.read_text().strip() if file else os.environ.get(KEY_VARIABLE, "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} has no key: {error}") from error
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigError(
            f"{KEY_VARIABLE} has no key. Make one in Immich under Account Settings → API Keys."
        )
    return key


def parent_tag(text: str) -> str:
    """Return the value of the parent tag; raises ConfigError if no tag can have it."""
    steps = [step.strip() for step in text.split("/")]
    if not all(steps):
        raise ConfigError(
            f"{text!r} cannot be a parent tag; write a word, or several with / between."
        )
    return "/".join(steps)

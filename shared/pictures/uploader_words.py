"""What uploaders send with a picture: hashtags and metadata, cleaned, compared and merged."""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

HASHTAG_LENGTH = 100
MAX_HASHTAGS = 100
METADATA_BYTES = 16 * 1024
SEPARATORS = re.compile(r"[,\n]")
# Between `#beach #sunset`; a number sign within a word belongs to it.
NEXT_HASHTAG = re.compile(r"\s+(?=#)")


def split_hashtags(text: str) -> list[str]:
    """Return the hashtags of a text: `New York, Paris` are two, and so are `#beach #sunset`."""
    parts = [part for line in SEPARATORS.split(text) for part in NEXT_HASHTAG.split(line.strip())]
    return [part for part in parts if part.strip("# \t")]


def tidy_hashtag(hashtag: str) -> str:
    """Return a hashtag in its stored form: composed (NFC), without `#` and surrounding spaces."""
    return " ".join(unicodedata.normalize("NFC", hashtag).split()).lstrip("# ")


def fold_hashtag(hashtag: str) -> str:
    """Return a key that is the same for all spellings of a hashtag."""
    return unicodedata.normalize("NFC", tidy_hashtag(hashtag).casefold())


def merge_hashtags(*lists: Iterable[str]) -> list[str]:
    """Return every hashtag once, in its first spelling."""
    merged: dict[str, str] = {}
    for hashtag in (hashtag for hashtags in lists for hashtag in hashtags):
        merged.setdefault(fold_hashtag(hashtag), hashtag)
    return list(merged.values())


def metadata_bytes(metadata: object) -> int:
    """Return the size of metadata as JSON.

    Raises:
        ValueError, TypeError: it is not JSON that Postgres can keep: NaN, for example, or half of a
            surrogate pair.
    """
    return len(json.dumps(metadata, allow_nan=False, ensure_ascii=False).encode())


def merge_metadata(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any] | None:
    """Return old metadata with the new members, which win; None if they grow too large."""
    merged = {**old, **new}
    return merged if metadata_bytes(merged) <= METADATA_BYTES else None

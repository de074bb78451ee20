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
# As on any keyboard, and in full width, as on a Japanese one.
NUMBER_SIGNS = "#\N{FULLWIDTH NUMBER SIGN}"
# Between `#beach #sunset`.
NEXT_HASHTAG = re.compile(rf"\s+(?=[{NUMBER_SIGNS}])")
# Between `#beach#sunset`; the number sign in `C#dev`, which no other precedes, belongs to the word.
RUN_TOGETHER = re.compile(rf"(?<=[^\s{NUMBER_SIGNS}])(?=[{NUMBER_SIGNS}]+\w)")


def split_hashtags(text: str) -> list[str]:
    """Return the hashtags of a text: `New York, Paris` are two, and so are `#beach #sunset`."""
    lines = [part for line in SEPARATORS.split(text) for part in NEXT_HASHTAG.split(line.strip())]
    parts = [part for line in lines for part in separate_hashtags(line)]
    return [part for part in parts if part.strip(f"{NUMBER_SIGNS} \t")]


def separate_hashtags(hashtag: str) -> list[str]:
    """Return the hashtags that were run together in one word: `#beach#sunset` are two."""
    return RUN_TOGETHER.split(hashtag) if hashtag.startswith(tuple(NUMBER_SIGNS)) else [hashtag]


def tidy_hashtag(hashtag: str) -> str:
    """Return a hashtag in its stored form: composed (NFC), without `#` and surrounding spaces."""
    return " ".join(unicodedata.normalize("NFC", hashtag).split()).lstrip(f"{NUMBER_SIGNS} ")


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

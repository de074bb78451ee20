"""The themes in `themes.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("themes.toml")


@dataclass(frozen=True)
class Theme:
    """A named set of tags. tags: slugs; a vocabulary need not have all of them."""

    slug: str
    name: str
    tags: tuple[str, ...]


@cache
def load_themes() -> Mapping[str, Theme]:
    """Return every theme by slug, in the order of the file."""
    rows = tomllib.loads(FILE.read_text())["theme"]
    return {row["slug"]: Theme(row["slug"], row["name"], tuple(row["tags"])) for row in rows}

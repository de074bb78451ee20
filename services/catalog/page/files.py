"""The page's files, read once: their types, their compressed bytes, and a digest of them all."""

import gzip
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.catalog.page.modules import modules_of_views

STATIC = Path(__file__).parent / "static"
SHELL = "index.html"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
DIGEST_LETTERS = 16
# One file for the browser, in the order in which the rules overrule each other.
STYLES = "styles.css"
STYLE_FILES = (
    *("tokens", "base", "shell", "controls", "parts", "library", "grid", "picture"),
    *("review", "teach", "themes", "figures"),
)
# Compression would enlarge smaller files.
MIN_BYTES_TO_COMPRESS = 512


@dataclass(frozen=True)
class StaticFile:
    """A file to serve. compressed: gzip, None if that saves nothing."""

    data: bytes
    compressed: bytes | None
    mime_type: str


@dataclass(frozen=True)
class Page:
    """Everything that the browser loads.

    digest: of all files. It is part of every file's path, so that browsers can cache files forever
    and never mix two versions; modules import each other by relative paths.

    shells: the HTML by view, which is the first part of an address; the views differ only in what
    the browser is told to load ahead.
    """

    digest: str
    shells: Mapping[str, StaticFile]
    files: Mapping[str, StaticFile]


@cache
def load_page() -> Page:
    """Read the page's files from the package."""
    contents = {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in TYPES
    }
    contents[STYLES] = b"\n".join(contents.pop(f"styles/{name}.css") for name in STYLE_FILES)
    digest = _digest(contents)
    shell = contents.pop(SHELL).decode()
    shells = {
        view: _static_file(SHELL, _fill_shell(shell, digest, modules).encode())
        for view, modules in modules_of_views(contents).items()
    }
    files = {name: _static_file(name, data) for name, data in contents.items()}
    return Page(digest, shells, files)


def _digest(contents: Mapping[str, bytes]) -> str:
    """Hash names and contents together."""
    total = hashlib.sha256()
    for name, data in contents.items():
        total.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return total.hexdigest()[:DIGEST_LETTERS]


def _fill_shell(shell: str, digest: str, modules: list[str]) -> str:
    """Insert the paths into the HTML; the view's modules load in parallel."""
    links = [f'<link rel="modulepreload" href="{_address(digest, name)}">' for name in modules]
    return shell.replace("{{ modules }}", "\n".join(links)).replace("{{ digest }}", digest)


def _address(digest: str, name: str) -> str:
    return html.escape(f"/page/{digest}/{name}")


def _static_file(name: str, data: bytes) -> StaticFile:
    compressed = gzip.compress(data, mtime=0) if len(data) >= MIN_BYTES_TO_COMPRESS else None
    if compressed is not None and len(compressed) >= len(data):
        compressed = None
    return StaticFile(data, compressed, TYPES[Path(name).suffix])

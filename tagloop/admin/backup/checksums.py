"""Checksums of a backup's files, in a format that `sha256sum --check` reads.

The paths come from the backup, which is not trusted: only paths that a backup can have are read.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from shared.errors import ConfigError
from tagloop.admin.backup.writing import write_file

FILE = "SHA256SUMS"
SEPARATOR = "  "
DIGEST = re.compile(r"[0-9a-f]{64}")
# Tables, heads, originals, the secrets and the manifest: no path can leave the folder.
PATH = re.compile(
    r"manifest\.json|callback-secret|sigv4-secret|tables/[a-z_]+|blobs/heads/[A-Za-z0-9_][A-Za-z0-9_.-]*"
    r"|blobs/originals/[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def digest_of_bytes(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_checksums(folder: Path, digests: Mapping[str, str]) -> None:
    """Write the digests of a backup's files, by path."""
    lines = (f"{digest}{SEPARATOR}{path}\n" for path, digest in digests.items())
    write_file(folder / FILE, "".join(lines).encode())


def read_checksums(folder: Path) -> dict[str, str]:
    """Return the digests of a backup's files by path; empty if it has no checksum file.

    Raises:
        ConfigError: a line is not a digest of a file that a backup can have.
    """
    if not (folder / FILE).exists():
        return {}
    digests = {}
    for line in (folder / FILE).read_text(errors="replace").splitlines():
        digest, _, path = line.partition(SEPARATOR)
        if PATH.fullmatch(path) is None:
            raise ConfigError(
                f"The backup is damaged: its list {FILE} names {path[:100]!r}, which no backup has."
            )
        if DIGEST.fullmatch(digest) is None:
            raise ConfigError(
                f"The backup is damaged: its list {FILE} has no SHA-256 digest of {path}."
            )
        digests[path] = digest
    return digests


def digests_in(part: str, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests of the files in one folder of the backup, by path within it."""
    return {
        path.removeprefix(f"{part}/"): digest
        for path, digest in digests.items()
        if path.startswith(f"{part}/")
    }


def check_file(folder: Path, path: str, digest: str) -> None:
    """Check that a file exists and has its digest.

    Raises:
        ConfigError: it is missing or differs.
    """
    try:
        is_whole = digest_of(folder / path) == digest
    except OSError as error:
        raise ConfigError(f"The backup is damaged: {path} cannot be read ({error}).") from error
    if not is_whole:
        raise ConfigError(
            f"The backup is damaged: {path} is not as it was written. Take another backup; "
            f"`sha256sum --check --quiet {FILE}` in its folder names all such files."
        )

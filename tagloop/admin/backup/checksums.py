"""What every file of a backup hashes to, in a file that `sha256sum --check` reads as well."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from shared.errors import ConfigError

FILE = "SHA256SUMS"
SEPARATOR = "  "


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def write_checksums(folder: Path, digests: Mapping[str, str]) -> None:
    """Note the digests of a backup's files, by their paths in it."""
    unfinished = folder / f"{FILE}.unfinished"
    with unfinished.open("w") as lines:
        lines.writelines(f"{digest}{SEPARATOR}{path}\n" for path, digest in digests.items())
    unfinished.replace(folder / FILE)


def read_checksums(folder: Path) -> dict[str, str]:
    """The digests of a backup's files; none where it has no such file."""
    if not (folder / FILE).exists():
        return {}
    lines = (folder / FILE).read_text().splitlines()
    return {path: digest for digest, _, path in (line.partition(SEPARATOR) for line in lines)}


def digests_in(part: str, digests: Mapping[str, str]) -> dict[str, str]:
    """The digests of the files in one folder of the backup, by their paths in that."""
    return {
        path.removeprefix(f"{part}/"): digest
        for path, digest in digests.items()
        if path.startswith(f"{part}/")
    }


def check_file(folder: Path, path: str, digest: str) -> None:
    """See that a file is there and as it was written.

    Raises:
        ConfigError: it is not.
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

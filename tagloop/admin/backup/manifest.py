"""The manifest of a backup; written last, so that an incomplete backup has none."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from shared.errors import ConfigError

FORMAT = 1
FILE = "manifest.json"
SCHEMA = re.compile(r"[0-9]{4}")
TABLE_NAME = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Table:
    """A table, in an order in which tables can be filled. columns: in the order of its file."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """Description of a backup.

    made_at: ISO 8601. schema: the migration of the tables. blobs: number of files from the storage.
    missing: keys of files that the storage no longer had; damaged: keys of files that had changed.
    secrets: names of the secrets in the backup; None in a backup by a version that noted no digest
    of the manifest.
    """

    format: int
    version: str
    schema: str
    made_at: str
    tables: tuple[Table, ...]
    blobs: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...] = ()
    secrets: tuple[str, ...] | None = None

    def rows(self, table: str) -> int:
        """Return the number of rows of a table; 0 if it did not exist yet."""
        return next((t.rows for t in self.tables if t.name == table), 0)


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the content of the file that describes a backup."""
    return f"{json.dumps(asdict(manifest), indent=2)}\n".encode()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        ConfigError: the folder has no complete backup, or one in another format.
    """
    try:
        document = json.loads((folder / FILE).read_text())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"{folder} has no complete backup ({FILE}: {reason}); name a folder that "
            "`tagloop backup` has finished writing."
        ) from error
    if not isinstance(document, dict) or "format" not in document:
        raise ConfigError(f"{folder / FILE} was not written by `tagloop backup`.")
    if document["format"] != FORMAT:
        raise ConfigError(
            f"The backup in {folder} has format {document['format']}, this program reads "
            f"{FORMAT}; use the version of Tagloop that made it."
        )
    try:
        manifest = TypeAdapter(Manifest).validate_python(document)
    except ValidationError as error:
        raise ConfigError(
            f"{folder / FILE} was not written by `tagloop backup`: "
            f"{error.error_count()} of its members are wrong."
        ) from error
    for table in manifest.tables:
        if TABLE_NAME.fullmatch(table.name) is None:
            raise ConfigError(
                f"The backup is damaged: {FILE} names the table {table.name[:100]!r}, which cannot "
                "be one."
            )
    if SCHEMA.fullmatch(manifest.schema) is None:
        raise ConfigError(
            f"The backup is damaged: {FILE} names the schema {manifest.schema[:100]!r}, which is "
            "not the number of one."
        )
    return manifest

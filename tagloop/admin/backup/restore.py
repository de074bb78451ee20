"""`tagloop restore`."""

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from shared.db.connection.engine import connect_engine, transaction
from shared.db.migrate.run import migrate, migration_config
from shared.errors import ConfigError
from shared.storage.storage import Storage
from tagloop.admin.backup.blobs import list_originals, load_blobs
from tagloop.admin.backup.checksums import check_file, digests_in, read_checksums
from tagloop.admin.backup.manifest import FILE, Manifest, read_manifest
from tagloop.admin.backup.place import SECRETS, Place
from tagloop.admin.backup.save import BLOBS, SECRET_MODE, TABLES
from tagloop.admin.backup.tables import load_tables
from tagloop.admin.backup.writing import write_file

# A new, migrated database holds only the vocabulary.
USED_TABLES = ("images", "models", "api_keys", "corrections")
NO_MIGRATION = "base"


def restore(folder: Path, place: Place) -> Manifest:
    """Restore a backup into an empty database and storage.

    Files come first, then all rows in one transaction: if interrupted, it can be run again. A
    backup of an older version is migrated.

    Raises:
        ConfigError: the folder has no backup for this version, the backup is damaged, or the
            database is in use.
        Unavailable: database or storage does not answer.
    """
    manifest = read_manifest(folder)
    digests = read_checksums(folder)
    if FILE in digests or manifest.secrets is not None:
        check_file(folder, FILE, digests.get(FILE, ""))
    blobs = digests_in(BLOBS, digests)
    if len(blobs) != manifest.blobs:
        raise ConfigError(
            f"The backup is damaged: it had {manifest.blobs:,} files of the storage, and its list "
            f"names {len(blobs):,}."
        )
    for table in manifest.tables:
        path = f"{TABLES}/{table.name}"
        check_file(folder, path, digests.get(path, ""))
    secrets = {name: _read_secret(folder, name, digests) for name in SECRETS}
    engine = connect_engine(place.settings.database_url, pool_size=1)
    try:
        with transaction(engine) as connection:
            _refuse_used(connection)
        load_blobs(Storage(place.settings.storage_url), folder / BLOBS, blobs)
        for name, file in place.secrets.items():
            if (secret := secrets[name]) is not None:
                write_file(file, secret)
                file.chmod(SECRET_MODE)
        with transaction(engine) as connection:
            _refuse_used(connection)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            _make_schema(connection, manifest.schema)
            load_tables(connection, folder / TABLES, manifest.tables)
            _check_originals(connection, manifest, blobs)
        migrate(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("ANALYZE"))
    except OSError as error:
        raise ConfigError(f"The backup cannot be restored: {error}.") from error
    finally:
        engine.dispose()
    return manifest


def _read_secret(folder: Path, name: str, digests: Mapping[str, str]) -> bytes | None:
    """Return a secret of a backup; None if it has none. Old backups have no digest of it.

    Raises:
        ConfigError: it is missing, damaged or empty.
    """
    if name in digests:
        check_file(folder, name, digests[name])
    elif not (folder / name).exists():
        return None
    secret = (folder / name).read_bytes()
    if not secret.strip():
        raise ConfigError(f"The backup is damaged: {name} is empty.")
    return secret


def _check_originals(connection: Connection, manifest: Manifest, blobs: Mapping[str, str]) -> None:
    """Check that every original has the digest in its row.

    Raises:
        ConfigError: one differs, or is missing although the manifest does not list it as missing.
    """
    known_to_lack = {*manifest.missing, *manifest.damaged}
    for blob in list_originals(connection):
        digest = blobs.get(blob.key)
        if digest is None and blob.key in known_to_lack:
            continue
        if digest != blob.digest:
            raise ConfigError(
                f"The backup is damaged: {BLOBS}/{blob.key} is not the file that its row in the "
                "table images was made of. Take another backup."
            )


def _refuse_used(connection: Connection) -> None:
    present = set(inspect(connection).get_table_names())
    for table in present.intersection(USED_TABLES):
        if connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first() is not None:
            raise ConfigError(
                f"The database is not empty: it has {table}. Restore into an empty one: name it "
                "with TAGLOOP_DATABASE_URL, or another folder with --data."
            )


def _make_schema(connection: Connection, schema: str) -> None:
    """Create empty tables with the schema of the backup."""
    config = migration_config(connection)
    try:
        if inspect(connection).has_table("alembic_version"):
            command.downgrade(config, NO_MIGRATION)
        command.upgrade(config, schema)
    except CommandError as error:
        raise ConfigError(
            f"The backup has schema {schema}, which this version of Tagloop does not know; use the "
            "version that made it, or a newer one."
        ) from error

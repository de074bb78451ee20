"""`tagloop restore`."""

import shutil
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from shared.db.connection.engine import connect_engine, transaction
from shared.db.migrate import migrate, migration_config
from shared.errors import ConfigError
from shared.storage.storage import Storage
from tagloop.admin.backup.blobs import load_blobs
from tagloop.admin.backup.checksums import check_file, digests_in, read_checksums
from tagloop.admin.backup.manifest import Manifest, read_manifest
from tagloop.admin.backup.place import Place
from tagloop.admin.backup.save import BLOBS, CALLBACK_SECRET, TABLES
from tagloop.admin.backup.tables import load_tables

# A database that has been migrated and not been used holds only words.
USED_TABLES = ("images", "models", "api_keys", "corrections")
NO_MIGRATION = "base"


def restore(folder: Path, place: Place) -> Manifest:
    """Bring a backup back to a place that is empty.

    Files come first, then all rows in one transaction: stopped at any moment, it can be done again.
    A backup of an older version is migrated.

    Raises:
        ConfigError: the folder holds no backup for this version, the backup is damaged, or the
            database is in use.
        Unavailable: database or storage is away.
    """
    manifest = read_manifest(folder)
    digests = read_checksums(folder)
    blobs = digests_in(BLOBS, digests)
    if len(blobs) != manifest.blobs:
        raise ConfigError(
            f"The backup is damaged: it had {manifest.blobs:,} files of the storage, and its list "
            f"names {len(blobs):,}."
        )
    for table in manifest.tables:
        path = f"{TABLES}/{table.name}"
        check_file(folder, path, digests.get(path, ""))
    engine = connect_engine(place.settings.database_url, pool_size=1)
    try:
        with transaction(engine) as connection:
            _refuse_used(connection)
        load_blobs(Storage(place.settings.storage_url), folder / BLOBS, blobs)
        if place.callback_secret is not None and (folder / CALLBACK_SECRET).exists():
            shutil.copy2(folder / CALLBACK_SECRET, place.callback_secret)
        with transaction(engine) as connection:
            _refuse_used(connection)
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            _make_schema(connection, manifest.schema)
            load_tables(connection, folder / TABLES, manifest.tables)
        migrate(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("ANALYZE"))
    finally:
        engine.dispose()
    return manifest


def _refuse_used(connection: Connection) -> None:
    present = set(inspect(connection).get_table_names())
    for table in present.intersection(USED_TABLES):
        if connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first() is not None:
            raise ConfigError(
                f"The database is in use: it has {table}. Restore into an empty one: name another "
                "with TAGLOOP_DATABASE_URL, or another folder with --data."
            )


def _make_schema(connection: Connection, schema: str) -> None:
    """Empty tables as they were when the backup was made."""
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

"""`tagloop backup`."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from shared import __version__
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from shared.storage.storage import Storage
from tagloop.admin.backup.blobs import list_keys, save_blobs
from tagloop.admin.backup.checksums import FILE as CHECKSUMS
from tagloop.admin.backup.checksums import digest_of, digests_in, read_checksums, write_checksums
from tagloop.admin.backup.manifest import FILE, FORMAT, Manifest, write_manifest
from tagloop.admin.backup.place import Place
from tagloop.admin.backup.tables import dump_tables, snapshot

TABLES = "tables"
BLOBS = "blobs"
CALLBACK_SECRET = "callback-secret"
PRIVATE_MODE = 0o700


def backup(place: Place, folder: Path) -> Manifest:
    """Write everything to a folder, while the services go on.

    The database is read as of one moment, then the files that it names are copied. Into a folder
    that holds an earlier backup of the same Tagloop, only new files are copied.

    Raises:
        ConfigError: the folder holds something else.
        Unavailable: database or storage is away. What is there of an earlier backup is no whole
            one any more then.
    """
    _prepare(folder)
    engine = connect_engine(place.settings.database_url, pool_size=1)
    try:
        return _save(engine, place, folder)
    finally:
        engine.dispose()


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
    known = {FILE, CHECKSUMS, TABLES, BLOBS, CALLBACK_SECRET}
    if others := [file.name for file in folder.iterdir() if file.name not in known]:
        raise ConfigError(
            f"{folder} holds something else than a backup ({others[0]}); name another folder."
        )
    # From now on until the end it is no whole backup.
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / TABLES, ignore_errors=True)


def _save(engine: Engine, place: Place, folder: Path) -> Manifest:
    with snapshot(engine) as connection:
        schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
        tables = dump_tables(connection, folder / TABLES)
        storage = Storage(place.settings.storage_url)
        noted = digests_in(BLOBS, read_checksums(folder))
        blobs, missing = save_blobs(storage, list_keys(connection), folder / BLOBS, noted)
    if place.callback_secret is not None and place.callback_secret.exists():
        shutil.copy2(place.callback_secret, folder / CALLBACK_SECRET)
    digests = {f"{TABLES}/{t.name}": digest_of(folder / TABLES / t.name) for t in tables}
    digests |= {f"{BLOBS}/{key}": digest for key, digest in blobs.items()}
    write_checksums(folder, digests)
    manifest = Manifest(
        FORMAT,
        __version__,
        str(schema),
        datetime.now(UTC).isoformat(timespec="seconds"),
        tables,
        len(blobs),
        tuple(missing),
    )
    write_manifest(folder, manifest)
    return manifest

"""`tagloop backup`."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from shared import __version__
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from shared.storage.storage import Storage
from tagloop.admin.backup.blobs import list_blobs, save_blobs
from tagloop.admin.backup.checksums import FILE as CHECKSUMS
from tagloop.admin.backup.checksums import (
    digest_of,
    digest_of_bytes,
    digests_in,
    read_checksums,
    write_checksums,
)
from tagloop.admin.backup.manifest import FILE, FORMAT, Manifest, manifest_bytes
from tagloop.admin.backup.place import SECRETS, Place
from tagloop.admin.backup.tables import dump_tables, snapshot
from tagloop.admin.backup.writing import UNFINISHED, write_file

TABLES = "tables"
BLOBS = "blobs"
PRIVATE_MODE = 0o700
SECRET_MODE = 0o600


def backup(place: Place, folder: Path) -> Manifest:
    """Write everything to a folder, while the services run.

    The database is read as of one moment, then the files that it names are copied. If the folder
    has an earlier backup of the same Tagloop, only missing or damaged files are copied.

    Raises:
        ConfigError: the folder has other content, or cannot be written.
        Unavailable: database or storage does not answer.

    After an error the backup is incomplete until this succeeds.
    """
    engine = connect_engine(place.settings.database_url, pool_size=1)
    try:
        _prepare(folder)
        return _save(engine, place, folder)
    except OSError as error:
        raise ConfigError(
            f"The backup cannot be written to {folder}: {error.strerror or error}. It is "
            "incomplete; free some space or name another folder, and run it again."
        ) from error
    finally:
        engine.dispose()


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
    for file in (FILE, CHECKSUMS, *SECRETS):
        # Left by an interrupted backup.
        (folder / f"{file}{UNFINISHED}").unlink(missing_ok=True)
    known = {FILE, CHECKSUMS, TABLES, BLOBS, *SECRETS}
    if others := [file.name for file in folder.iterdir() if file.name not in known]:
        raise ConfigError(
            f"{folder} holds other files than a backup ({others[0]}); name another folder."
        )
    # From here to the end, the backup is incomplete.
    (folder / FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / TABLES, ignore_errors=True)


def _save(engine: Engine, place: Place, folder: Path) -> Manifest:
    with snapshot(engine) as connection:
        schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
        tables = dump_tables(connection, folder / TABLES)
        storage = Storage(place.settings.storage_url)
        saved = save_blobs(storage, list_blobs(connection), folder / BLOBS, _noted(folder))
    digests = {f"{TABLES}/{t.name}": digest_of(folder / TABLES / t.name) for t in tables}
    digests |= {f"{BLOBS}/{key}": digest for key, digest in saved.digests.items()}
    secrets = _save_secrets(place, folder)
    manifest = Manifest(
        FORMAT,
        __version__,
        str(schema),
        datetime.now(UTC).isoformat(timespec="seconds"),
        tables,
        len(saved.digests),
        tuple(saved.missing),
        tuple(saved.damaged),
        tuple(secrets),
    )
    content = manifest_bytes(manifest)
    write_checksums(folder, {**digests, **secrets, FILE: digest_of_bytes(content)})
    # The last file: it makes the backup complete.
    write_file(folder / FILE, content)
    return manifest


def _noted(folder: Path) -> dict[str, str]:
    """Return the digests of files by key, as recorded by an earlier backup."""
    try:
        return digests_in(BLOBS, read_checksums(folder))
    except ConfigError:
        # All of its files are copied again.
        return {}


def _save_secrets(place: Place, folder: Path) -> dict[str, str]:
    """Copy the existing secrets; return their digests by path."""
    digests = {}
    for name in SECRETS:
        source = place.secrets.get(name)
        if source is None or not source.exists():
            (folder / name).unlink(missing_ok=True)
            continue
        secret = source.read_bytes()
        write_file(folder / name, secret)
        (folder / name).chmod(SECRET_MODE)
        digests[name] = digest_of_bytes(secret)
    return digests

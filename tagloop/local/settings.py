"""Find the settings and the database that a command works on."""

from pathlib import Path

from sqlalchemy import Engine

from shared.config import Settings, load_settings
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from tagloop.local.datadir import find_data_dir
from tagloop.local.environment import broker_url, database_url


def settings_of(data: Path | None) -> Settings:
    """Return the environment's settings, or the settings of the stack on a data folder.

    Raises:
        ConfigError: there is no such folder, or a setting is wrong.
    """
    if data is None:
        return load_settings()
    folder = find_data_dir(data)
    if not folder.postgres.is_dir():
        raise ConfigError(
            f"{folder.root} is no data folder of Tagloop; name the one that it was started with: "
            "--data /some/folder"
        )
    return load_settings(
        database_url=database_url(folder),
        broker_url=broker_url(folder),
        storage_url=folder.blobs.as_uri(),
    )


def open_database(data: Path | None) -> Engine:
    """Return an engine for the database of these settings; it connects when first used.

    Raises:
        ConfigError: as `settings_of`.
    """
    return connect_engine(settings_of(data).database_url, pool_size=1)

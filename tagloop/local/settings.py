"""Find the settings and the database that a command works on."""

import os
from pathlib import Path

from sqlalchemy import Engine

from shared.config import PREFIX, Settings, load_settings
from shared.db.connection.engine import connect_engine
from shared.errors import ConfigError
from tagloop.local.datadir import DataDir, find_data_dir
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
            f"{folder.root} is not a data folder of Tagloop; name the one that it uses: "
            "--data /some/folder"
        )
    return load_settings(
        database_url=database_url(folder),
        broker_url=broker_url(folder),
        storage_url=folder.blobs.as_uri(),
        **_own_secret(folder),
    )


def _own_secret(folder: DataDir) -> dict[str, str]:
    """Return the data folder's secret for AWS keys, unless the environment has one."""
    is_set = any(os.environ.get(f"{PREFIX}SIGV4_SECRET{end}") for end in ("", "_FILE"))
    if is_set or not folder.sigv4_secret.exists():
        return {}
    try:
        return {"sigv4_secret": folder.sigv4_secret.read_text().strip()}
    except OSError as error:
        raise ConfigError(
            f"{folder.sigv4_secret} cannot be read ({error.strerror}); run this as the user that "
            "Tagloop runs as."
        ) from error


def open_database(data: Path | None, connections: int = 1) -> Engine:
    """Return an engine for the database of these settings; it connects when first used.

    connections: how many it may have at a time.

    Raises:
        ConfigError: as `settings_of`.
    """
    return connect_engine(settings_of(data).database_url, pool_size=connections)

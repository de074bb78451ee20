"""The database and storage to back up or restore: from settings, or in a data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.config import Settings, load_settings
from tagloop.local.datadir import find_data_dir
from tagloop.local.errors import DataInUseError
from tagloop.local.servers.backing import running
from tagloop.local.settings import settings_of


@dataclass(frozen=True)
class Place:
    """Where a Tagloop keeps its data. callback_secret: its file, if the data folder has one."""

    settings: Settings
    callback_secret: Path | None = None


@contextmanager
def existing(data: Path | None) -> Iterator[Place]:
    """Yield an existing Tagloop; its Postgres is started if it is not running.

    Raises:
        ConfigError: there is no such folder, or a setting is wrong.
        LocalStackError: its Postgres cannot be started.
    """
    settings = settings_of(data)
    if data is None:
        yield Place(settings)
        return
    secret = find_data_dir(data).callback_secret
    try:
        with running(data):
            yield Place(settings, secret)
    except DataInUseError:
        yield Place(settings, secret)


@contextmanager
def fresh(data: Path | None) -> Iterator[Place]:
    """Yield a place to restore to; a data folder must not be in use.

    Raises:
        ConfigError: a setting is wrong.
        DataInUseError: a Tagloop is running there.
    """
    if data is None:
        yield Place(load_settings())
        return
    with running(data) as folder:
        yield Place(settings_of(data), folder.callback_secret)

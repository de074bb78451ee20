"""The database and storage to back up or restore: from settings, or in a data folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.config import Settings, load_settings
from tagloop.local.datadir import DataDir, find_data_dir
from tagloop.local.errors import DataInUseError
from tagloop.local.servers.backing import running
from tagloop.local.settings import settings_of

CALLBACK_SECRET = "callback-secret"
SIGV4_SECRET = "sigv4-secret"
SECRETS = (CALLBACK_SECRET, SIGV4_SECRET)


@dataclass(frozen=True)
class Place:
    """Where a Tagloop keeps its data.

    secrets: the files of a data folder's secrets, by their names in a backup; some may be missing.
    """

    settings: Settings
    secrets: Mapping[str, Path] = field(default_factory=dict)


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
    secrets = _secrets_of(find_data_dir(data))
    try:
        with running(data):
            yield Place(settings, secrets)
    except DataInUseError:
        yield Place(settings, secrets)


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
        yield Place(settings_of(data), _secrets_of(folder))


def _secrets_of(folder: DataDir) -> dict[str, Path]:
    return {CALLBACK_SECRET: folder.callback_secret, SIGV4_SECRET: folder.sigv4_secret}

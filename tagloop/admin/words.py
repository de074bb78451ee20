"""Add words from a file to the live model, directly on the database and storage."""

from pathlib import Path

from shared.db.connection.engine import transaction
from shared.errors import ConfigError
from shared.model.words.adding_words import add_words
from shared.model.words.words_file import read_words_file
from shared.storage.storage import Storage
from tagloop.local.settings import open_database, settings_of


def add_words_file(data: Path | None, file: Path) -> str:
    """Add the words and return a sentence about the result.

    Raises:
        ConfigError: it is not a words file, holds no word, or was made for another backbone.
        Unavailable: Postgres or the storage does not answer.
    """
    count = len(read_words_file(file).names)
    if not count:
        raise ConfigError(f"{file} holds no word, so there is nothing to add.")
    storage = Storage(settings_of(data).storage_url)
    with transaction(open_database(data)) as connection:
        version = add_words(connection, storage, file, f"{count:,} words of {file.name}.")
    if version is None:
        return f"{file} was added before; see: tagloop models"
    return f"Version {version} is live: {count:,} words of {file.name}."

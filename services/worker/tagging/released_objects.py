"""Images whose object left its bucket: kept for another object with the same bytes, or deleted."""

from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.corrections.withdrawn import purge_withdrawn
from shared.db.events.objects import settle_releases
from shared.storage.deleting import delete_files
from shared.storage.storage import Storage, file_keys


def settle_objects(engine: Engine, storage: Storage) -> None:
    """Keep or delete released images whose accompanying objects have all been fetched.

    Raises:
        Unavailable: Postgres does not answer.
    """
    with transaction(engine) as connection:
        gone = settle_releases(connection)
    delete_files(engine, storage, file_keys(gone))


def forget_withdrawn(engine: Engine, days: float) -> None:
    """Delete the corrections of images that were withdrawn this many days ago.

    Raises:
        Unavailable: Postgres does not answer.
    """
    with transaction(engine) as connection:
        purge_withdrawn(connection, days)

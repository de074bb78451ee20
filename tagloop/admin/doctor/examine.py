"""Run all checks in order; a missing part is reported only once."""

from collections.abc import Iterator
from contextlib import closing, suppress

from celery import Celery
from sqlalchemy import Engine

from shared.config import Settings
from shared.db.connection.engine import connect_engine, transaction
from shared.errors import ConfigError
from shared.messaging.celery_app import create_celery
from shared.storage.storage import Storage
from tagloop.admin.doctor.files import check_deletions
from tagloop.admin.doctor.finding import Finding
from tagloop.admin.doctor.learning import check_learning
from tagloop.admin.doctor.model import check_held, check_model, check_precision
from tagloop.admin.doctor.queues import check_queues, check_stuck
from tagloop.admin.doctor.schema import check_database, check_migrations, check_pgvector
from tagloop.admin.doctor.surroundings import check_broker, check_disk, check_storage
from tagloop.admin.doctor.switch import check_switch


def examine(settings: Settings) -> Iterator[Finding]:
    """Check everything that these settings name. Writes only one blob, and deletes it.

    Raises:
        ConfigError: the database's URL is not valid.
    """
    engine = connect_engine(settings.database_url, pool_size=1)
    try:
        with closing(create_celery(settings)) as celery:
            yield from _examine(settings, engine, celery)
    finally:
        engine.dispose()


def _examine(settings: Settings, engine: Engine, celery: Celery) -> Iterator[Finding]:
    database = check_database(engine)
    yield database
    broker, messages = check_broker(celery)
    yield broker
    yield check_storage(settings.storage_url)
    yield check_disk(settings.storage_url)
    if database.is_well:
        yield from _examine_rows(settings, engine, messages)


def _examine_rows(settings: Settings, engine: Engine, messages: int) -> Iterator[Finding]:
    with transaction(engine) as connection:
        migrations = check_migrations(connection)
    yield migrations
    if not migrations.is_well:
        return
    with transaction(engine) as connection:
        yield check_pgvector(connection)
        # A storage that cannot be opened has been reported already.
        with suppress(ConfigError):
            yield check_model(connection, Storage(settings.storage_url), settings)
        yield check_precision(connection, settings)
        yield check_held(connection, settings)
        yield check_switch(connection)
        yield check_queues(connection)
        yield from check_stuck(connection, settings.max_attempts, messages)
        yield check_learning(connection)
        yield check_deletions(connection)

"""Connections to Postgres."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TypeVar

import psycopg2
from psycopg2.errors import DeadlockDetected, DiskFull
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.errors import ConfigError, Deadlocked, Unavailable
from shared.observability.metrics import database_errors, transaction_seconds

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 60_000
TRUSTED_SECONDS = 1.0
CHECKED_IN_AT = "checked_in_at"
MAX_TRIES = 5

Result = TypeVar("Result")


def connect_engine(database_url: str, pool_size: int = 5) -> Engine:
    """Return an engine; it connects when first used, and again after Postgres was unreachable.

    pool_size: connections kept open; threads beyond that wait for one.

    Raises:
        ConfigError: the URL is not valid.
    """
    try:
        engine = create_engine(
            database_url,
            pool_size=pool_size,
            max_overflow=0,
            # The connection used last needs no ping.
            pool_use_lifo=True,
            # Errors are logged, and the values may include signing secrets.
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
                "application_name": "tagloop",
            },
        )
    except ArgumentError as error:
        # Without the URL itself: it may hold a password.
        raise ConfigError(
            "TAGLOOP_DATABASE_URL cannot be understood; it looks like "
            "postgresql+psycopg2://user@host/database."
        ) from error
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", _ping_if_idle)
    return engine


def _note_checkin(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info[CHECKED_IN_AT] = time.monotonic()


def _ping_if_idle(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
    """Have the pool replace a connection that broke while it was idle.

    A connection that was in use a moment ago is trusted: a ping before every transaction took a
    sixth of the time of an upload.
    """
    idle_seconds = time.monotonic() - record.info.get(CHECKED_IN_AT, time.monotonic())
    if idle_seconds > TRUSTED_SECONDS:
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute("SELECT 1")
            connection.rollback()
        except psycopg2.Error as error:
            raise DisconnectionError from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction: committed at the end, rolled back on any exception.

    Raises:
        Deadlocked: this transaction and another one waited for each other's rows.
        Unavailable: Postgres cannot be reached, or no connection became free in time.
    """
    try:
        with transaction_seconds.time(), engine.begin() as connection:
            yield connection
    except OperationalError as error:
        database_errors.inc()
        if isinstance(error.orig, DiskFull):
            raise Unavailable("The disk of the database is full; free some space.") from error
        if isinstance(error.orig, DeadlockDetected):
            raise Deadlocked from error
        reason = str(error.orig).partition("\n")[0]
        raise Unavailable(f"The database does not answer: {reason}") from error
    except PoolTimeoutError as error:
        database_errors.inc()
        raise Unavailable("Every connection to the database is in use.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            database_errors.inc()
            raise Unavailable("The connection to the database was lost.") from error
        raise


def run_again_if_deadlocked(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Run work in a transaction, and again in a new one if it was part of a deadlock.

    For transactions whose rows others may lock in any order, such as all that cascade from an
    image. The work must change nothing outside the database.

    Raises:
        Deadlocked: every try was part of a deadlock.
        Unavailable: as `transaction`.
    """
    for _ in range(MAX_TRIES - 1):
        with suppress(Deadlocked), transaction(engine) as connection:
            return work(connection)
    with transaction(engine) as connection:
        return work(connection)

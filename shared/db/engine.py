"""Connections to Postgres."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.errors import ConfigError, Unavailable

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 60_000


def connect_engine(database_url: str, pool_size: int = 5) -> Engine:
    """Create an engine; it connects when first used, and again after Postgres was away.

    pool_size: connections kept open; threads beyond that wait for one.

    Raises:
        ConfigError: the URL can't be understood.
    """
    try:
        return create_engine(
            database_url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
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


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed at the end of the block, rolled back on any exception.

    Raises:
        Unavailable: Postgres cannot be reached, or no connection became free in time.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise Unavailable(f"The database does not answer: {error.orig}") from error
    except PoolTimeoutError as error:
        raise Unavailable("Every connection to the database is in use.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("The connection to the database was lost.") from error
        raise

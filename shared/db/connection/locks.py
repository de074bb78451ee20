"""Locks for the whole cluster, held by Postgres; they end with the process that holds them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from shared.errors import Unavailable

LOCK = text("SELECT pg_try_advisory_lock(:key)")
UNLOCK = text("SELECT pg_advisory_unlock(:key)")
NAMED_LOCK = text("SELECT pg_try_advisory_lock(:key, hashtext(:name))")
NAMED_UNLOCK = text("SELECT pg_advisory_unlock(:key, hashtext(:name))")


class Lock(IntEnum):
    """The locks and their keys: any numbers that no other program on the database uses."""

    ALL_RUNS = 7_460_513
    TAG_RUNS = 7_460_514
    RUN_REQUESTS = 7_460_515
    PROMOTIONS = 7_460_516
    ALL_RETAGGING = 7_460_517
    TAG_RETAGGING = 7_460_518
    SWITCHING = 7_460_519
    TAG_EDITS = 7_460_530
    IMMICH = 7_460_540
    STACKS = 7_460_541
    CODE_INDEX = 7_460_542
    FINGERPRINTS = 7_460_543


@contextmanager
def try_lock(engine: Engine, lock: Lock, name: str = "") -> Iterator[bool]:
    """Try to hold a lock while the block runs; yield whether that worked.

    name: which one of several locks of this kind; only its hash counts.

    Raises:
        Unavailable: Postgres does not answer.
    """
    key = {"key": int(lock), "name": name}
    take, release = (NAMED_LOCK, NAMED_UNLOCK) if name else (LOCK, UNLOCK)
    with connect_alone(engine) as connection:
        held = bool(connection.scalar(take, key))
        try:
            yield held
        finally:
            if held:
                # Postgres notices the end of a connection only a moment later. A lost connection
                # has released its lock already.
                with suppress(DBAPIError):
                    connection.execute(release, key)


def wait_for_lock(connection: Connection, lock: Lock) -> None:
    """Wait for a lock, and hold it until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(lock)})


def connect_alone(engine: Engine) -> Connection:
    """Return a connection outside of the pool and of transactions.

    What it sets or holds ends with it.

    Raises:
        Unavailable: Postgres does not answer.
    """
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except (OperationalError, TimeoutError) as error:
        raise Unavailable(f"The database does not answer: {error}") from error
    connection.detach()
    return connection

"""Transactions, and how they fail when the database does not answer."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from shared.db.connection.engine import (
    connect_engine,
    run_again_if_deadlocked,
    transaction,
)
from shared.db.images.deleting import delete_image
from shared.errors import Unavailable
from tests.support.conditions import MAX_SECONDS, wait_for, waits_for_a_lock
from tests.support.pictures.rows import insert_row, read_row


def one(engine: Engine) -> int | None:
    """Return what any working connection answers."""
    with transaction(engine) as connection:
        return connection.execute(text("SELECT 1")).scalar()


def test_an_exception_rolls_everything_back(engine: Engine) -> None:
    image = insert_row(engine)

    def fail_in_the_middle() -> None:
        with transaction(engine) as connection:
            delete_image(connection, image)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()

    assert read_row(engine, image)["id"] == image


def test_an_unreachable_database_is_distinguished_from_a_bug() -> None:
    away = connect_engine("postgresql+psycopg2://tagloop@/tagloop?host=/nowhere")

    with pytest.raises(Unavailable, match="does not answer"):
        with transaction(away):
            pass


def test_too_few_connections_count_as_an_unreachable_database(database: str) -> None:
    engine = create_engine(
        database, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )

    with transaction(engine):
        with pytest.raises(Unavailable, match="Every connection"):
            with transaction(engine):
                pass
    engine.dispose()


def test_a_connection_that_was_ended_while_idle_is_replaced(
    engine: Engine, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.db.connection.engine.TRUSTED_SECONDS", 0.0)
    one(engine)
    other = connect_engine(database)
    with transaction(other) as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        assert ended.scalar() == 1
    other.dispose()

    assert one(engine) == 1


def test_a_connection_that_breaks_counts_as_an_unreachable_database(
    engine: Engine,
) -> None:
    with pytest.raises(Unavailable):
        with transaction(engine) as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_an_error_contains_none_of_the_values(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, transaction(engine) as connection:
        connection.execute(text("SELECT 1 / 0 WHERE :secret <> ''"), {"secret": "whsec_abc"})

    assert "whsec_abc" not in str(caught.value)


def lock(connection: Connection, image: UUID) -> None:
    connection.execute(text("SELECT FROM images WHERE id = :id FOR UPDATE"), {"id": image})


def look_for_deadlocks_after(connection: Connection, seconds: float) -> None:
    query = text("SELECT set_config('deadlock_timeout', :milliseconds, true)")
    connection.execute(query, {"milliseconds": str(int(seconds * 1000))})


def test_work_that_was_part_of_a_deadlock_runs_again(engine: Engine) -> None:
    first, second = insert_row(engine), insert_row(engine)
    has_second, go_on = threading.Event(), threading.Event()

    def lock_the_other_way() -> None:
        with transaction(engine) as connection:
            # The transaction that looks first is the one that fails: the other one, below.
            look_for_deadlocks_after(connection, MAX_SECONDS)
            lock(connection, second)
            has_second.set()
            go_on.wait()
            lock(connection, first)

    tries = 0

    def work(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        if tries > 1:
            # Otherwise this transaction may be the first to lock again.
            other.join()
        look_for_deadlocks_after(connection, 0.001)
        lock(connection, first)
        if tries == 1:
            go_on.set()
            wait_for(lambda: waits_for_a_lock(engine), "the other transaction to wait")
        lock(connection, second)
        return "done"

    other = threading.Thread(target=lock_the_other_way)
    other.start()
    has_second.wait()

    assert run_again_if_deadlocked(engine, work) == "done"
    assert tries == 2

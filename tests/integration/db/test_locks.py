"""Locks of the whole cluster."""

from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.connection.locks import Lock, try_lock


def test_a_lock_is_held_by_one_until_its_block_ends(engine: Engine) -> None:
    with try_lock(engine, Lock.ALL_RUNS) as first:
        with try_lock(engine, Lock.ALL_RUNS) as second, try_lock(engine, Lock.TAG_RUNS) as other:
            assert (first, second, other) == (True, False, True)

    with try_lock(engine, Lock.ALL_RUNS) as third:
        assert third


def test_a_lock_is_free_once_its_holder_has_lost_the_database(engine: Engine) -> None:
    with try_lock(engine, Lock.ALL_RUNS) as held:
        assert held
        with transaction(engine) as connection:
            ended = connection.execute(
                text("""
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
                    JOIN pg_database ON pg_database.oid = pg_locks.database
                    WHERE locktype = 'advisory' AND datname = current_database()
                """)
            )
            assert ended.scalars().all() == [True]
        with try_lock(engine, Lock.ALL_RUNS) as second:
            assert second


def test_locks_take_no_connection_from_the_pool(engine: Engine) -> None:
    for _ in range(20):
        with try_lock(engine, Lock.ALL_RUNS) as held:
            assert held
            with transaction(engine) as connection:
                assert connection.scalar(text("SELECT 1")) == 1

"""Waiting for an image without polling, told by Postgres at commit."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.db.images.notifications import IDS_PER_NOTIFICATION, DoneListener, notify_done
from shared.storage.image_ids import new_image_id
from tests.support.conditions import wait_for
from tests.support.pictures.rows import insert_row, read_row, set_row

LONG_SECONDS = 30.0
# Long for a notification, short against LONG_SECONDS: no time-out woke the waiters.
PROMPT_SECONDS = 10.0
LISTENERS = text(
    "SELECT pid FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'"
)


@pytest.fixture
def listener(engine: Engine) -> Iterator[DoneListener]:
    listener = DoneListener(engine)
    yield listener
    listener.close()


def is_done(engine: Engine, image: UUID) -> bool:
    return read_row(engine, image)["status"] != "queued"


def listening(engine: Engine) -> int | None:
    """Return the backend that listens, if there is one."""
    with transaction(engine) as connection:
        return connection.execute(LISTENERS).scalar()


def finish(engine: Engine, image: UUID) -> None:
    set_row(engine, image, "status = 'tagged'")
    with transaction(engine) as connection:
        notify_done(connection, [image])


def wait_in(
    threads: ThreadPoolExecutor, listener: DoneListener, engine: Engine, image: UUID
) -> Future[bool]:
    return threads.submit(listener.wait, image, LONG_SECONDS, lambda: is_done(engine, image))


def test_a_waiter_wakes_when_its_image_is_done(engine: Engine, listener: DoneListener) -> None:
    images = [insert_row(engine) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        started = time.monotonic()
        waiters = [wait_in(threads, listener, engine, image) for image in images]
        wait_for(lambda: listening(engine), "a listening connection")

        finish(engine, images[1])

        assert waiters[1].result() is True
        assert not waiters[0].done()
        for image in (images[0], images[2]):
            finish(engine, image)
        assert all(waiter.result() for waiter in waiters)
        assert time.monotonic() - started < PROMPT_SECONDS


def test_a_finished_image_is_not_waited_for(engine: Engine, listener: DoneListener) -> None:
    image = insert_row(engine)
    finish(engine, image)

    assert listener.wait(image, LONG_SECONDS, lambda: is_done(engine, image))


def test_when_the_time_is_over_the_answer_is_no(engine: Engine, listener: DoneListener) -> None:
    image = insert_row(engine)

    assert not listener.wait(image, 0.1, lambda: is_done(engine, image))


def test_several_waiters_for_one_image_all_wake(engine: Engine, listener: DoneListener) -> None:
    image = insert_row(engine)
    with ThreadPoolExecutor(3) as threads:
        waiters = [wait_in(threads, listener, engine, image) for _ in range(3)]
        wait_for(lambda: listening(engine), "a listening connection")

        finish(engine, image)

        assert all(waiter.result(PROMPT_SECONDS) for waiter in waiters)


def test_waiting_survives_the_end_of_the_connection(engine: Engine, listener: DoneListener) -> None:
    image = insert_row(engine)
    with ThreadPoolExecutor(1) as threads:
        # Given a waiter whose connection is ended by the server
        waiter = wait_in(threads, listener, engine, image)
        first = wait_for(lambda: listening(engine), "a listening connection")
        with transaction(engine) as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})

        # When the image is done while no one listens
        set_row(engine, image, "status = 'tagged'")

        # Then the waiter learns of it once there is a connection again.
        assert waiter.result(PROMPT_SECONDS) is True
        assert listening(engine) != first


def test_no_event_is_sent_before_the_commit(engine: Engine, listener: DoneListener) -> None:
    image = insert_row(engine)
    looked = threading.Semaphore(0)

    def look() -> bool:
        looked.release()
        return is_done(engine, image)

    with ThreadPoolExecutor(1) as threads:
        waiter = threads.submit(listener.wait, image, LONG_SECONDS, look)
        wait_for(lambda: listening(engine), "a listening connection")
        with transaction(engine) as connection:
            connection.execute(
                text("UPDATE images SET status = 'tagged' WHERE id = :id"), {"id": image}
            )
            notify_done(connection, [image])
            # When it starts to listen, it looks once more; then it is silent.
            while looked.acquire(timeout=0.3):
                pass
            assert not waiter.done()

        assert waiter.result(PROMPT_SECONDS) is True


def test_waiters_of_more_images_than_fit_into_one_notification_all_wake(
    engine: Engine, listener: DoneListener
) -> None:
    image = insert_row(engine)
    others = [new_image_id() for _ in range(3 * IDS_PER_NOTIFICATION)]
    with ThreadPoolExecutor(1) as threads:
        waiter = wait_in(threads, listener, engine, image)
        wait_for(lambda: listening(engine), "a listening connection")
        set_row(engine, image, "status = 'tagged'")

        with transaction(engine) as connection:
            notify_done(connection, [*others, image])

        assert waiter.result(PROMPT_SECONDS) is True


def test_a_hundred_waiters_share_one_connection(engine: Engine, listener: DoneListener) -> None:
    images = [insert_row(engine) for _ in range(100)]
    with ThreadPoolExecutor(100) as threads:
        waiters = [wait_in(threads, listener, engine, image) for image in images]
        wait_for(lambda: listening(engine), "a listening connection")
        with transaction(engine) as connection:
            assert len(connection.execute(LISTENERS).all()) == 1
            connection.execute(text("UPDATE images SET status = 'tagged'"))
            notify_done(connection, images)

        assert all(waiter.result(PROMPT_SECONDS) for waiter in waiters)

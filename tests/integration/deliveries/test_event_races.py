"""Receivers that are deleted at the very moment of an event."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shared.db.connection.engine import transaction
from shared.db.events.event_types import IMAGE_TAGGED
from shared.db.events.events import promise_callback, report_images, report_promotion
from shared.db.images.deleting import delete_image
from tests.support.conditions import wait_for, waits_for_a_lock
from tests.support.events.events import register, report, told
from tests.support.events.receiver import Handler, Receiver, status
from tests.support.pictures.rows import insert_row

CALLBACK = "http://127.0.0.1:1/done"


def do_while_deleting(engine: Engine, deletion: str, action: Callable[[], None]) -> None:
    """Begin an action after a deletion that is committed once the action waits for it."""
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as connection:
            connection.exec_driver_sql(deletion)
            done = pool.submit(action)
            wait_for(lambda: done.done() or waits_for_a_lock(engine), "the action to wait")
        done.result()


def delete(engine: Engine, image: UUID) -> list[UUID]:
    with transaction(engine) as connection:
        return delete_image(connection, image)


def tell_of_promotion(engine: Engine) -> None:
    with transaction(engine) as connection:
        report_promotion(connection, {"version": 2})


def test_events_of_an_image_are_stored_although_an_endpoint_is_deleted(
    client: FlaskClient, engine: Engine
) -> None:
    register(client, "http://127.0.0.1:1/")
    image = insert_row(engine)

    do_while_deleting(engine, "DELETE FROM endpoints", lambda: report(engine, image))

    assert told(engine) == []


def test_a_promotion_is_stored_although_an_endpoint_is_deleted(
    client: FlaskClient, engine: Engine
) -> None:
    register(client, "http://127.0.0.1:1/")

    do_while_deleting(engine, "DELETE FROM endpoints", lambda: tell_of_promotion(engine))

    assert told(engine) == []


def test_an_outcome_is_stored_although_a_copy_is_deleted(engine: Engine) -> None:
    image = insert_row(engine)
    with transaction(engine) as connection:
        promise_callback(connection, image, CALLBACK)

    do_while_deleting(
        engine, "DELETE FROM images WHERE same_as IS NOT NULL", lambda: report(engine, image)
    )

    assert told(engine) == []


@pytest.mark.usefixtures("sender")
def test_an_endpoint_is_deleted_while_events_are_sent_to_it(
    client: FlaskClient, engine: Engine, receiver: Receiver
) -> None:
    go_on = threading.Event()

    def answer_later(handler: Handler) -> None:
        go_on.wait()
        status(204)(handler)

    receiver.answers["/hook"] = answer_later
    register(client, f"{receiver.url}/hook")
    report(engine, insert_row(engine))
    wait_for(lambda: receiver.received("/hook"), "the message")

    with transaction(engine) as connection:
        # Were there a deadlock, the deletion would find it before the sender does.
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = 1")
        # What a deletion locks first
        connection.exec_driver_sql("SELECT FROM endpoints FOR UPDATE")
        go_on.set()
        wait_for(lambda: waits_for_a_lock(engine), "the sender to note its success")
        connection.exec_driver_sql("DELETE FROM endpoints")

    assert told(engine) == []


def test_an_image_is_deleted_with_its_copies_after_what_happens_to_it(engine: Engine) -> None:
    image = insert_row(engine)
    with transaction(engine) as connection:
        promise_callback(connection, image, CALLBACK)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as connection:
            connection.exec_driver_sql("UPDATE images SET attempts = 1 WHERE same_as IS NULL")
            deleted = pool.submit(delete, engine, image)
            wait_for(lambda: waits_for_a_lock(engine), "the deletion to wait")
            report_images(connection, IMAGE_TAGGED, [image])
        assert len(deleted.result()) == 2

    assert told(engine) == []

"""Deliveries are written in the transaction that they report, or not at all."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from shared.db.connection.engine import transaction
from shared.db.images.sweeping import give_up_exhausted
from shared.db.images.tagging import FailedImage, claim_images, store_failed
from shared.db.models.promotion import promote
from shared.storage.storage import Storage
from tests.support.events.events import LEASE_SECONDS, MAX_ATTEMPTS, deliveries, register, tag, told
from tests.support.learning.feedback import correct
from tests.support.pictures.rows import insert_row, set_row

CALLBACK = "http://127.0.0.1:1/done"


def test_tagging_tells_endpoints_and_the_callback(
    client: FlaskClient, engine: Engine, version: int
) -> None:
    register(client, "http://127.0.0.1:1/all")
    register(client, "http://127.0.0.1:1/bob", owner="bob")
    register(client, "http://127.0.0.1:1/failed", events=["image.failed"])
    plain = insert_row(engine, owner="ada")
    with_callback = insert_row(engine, owner="bob", callback_url=CALLBACK)

    tag(engine, version, [plain, with_callback])

    assert sorted(told(engine), key=str) == sorted(
        [
            ("image.tagged", plain, None),
            ("image.tagged", with_callback, None),
            ("image.tagged", with_callback, None),
            ("image.tagged", with_callback, CALLBACK),
        ],
        key=str,
    )
    assert sorted((row["owner"] or "", row["status"]) for row in deliveries(engine)) == [
        ("", "waiting"),
        ("", "waiting"),
        ("bob", "waiting"),
        ("bob", "waiting"),
    ]


def test_rolled_back_changes_send_no_event(
    client: FlaskClient, engine: Engine, version: int
) -> None:
    register(client, "http://127.0.0.1:1/")
    image = insert_row(engine)

    def fail_and_break_off() -> None:
        with transaction(engine) as connection:
            claim = claim_images(connection, [image], LEASE_SECONDS, MAX_ATTEMPTS)
            store_failed(connection, claim, [FailedImage(image, "broken")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_and_break_off()

    assert told(engine) == []


def test_one_statement_finds_that_an_event_has_no_receivers(engine: Engine, version: int) -> None:
    images = [insert_row(engine) for _ in range(3)]
    statements: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )

    tag(engine, version, images)

    about_events = [text for text in statements if "endpoints" in text or "deliveries" in text]
    assert len(about_events) == 1
    assert told(engine) == []


def test_every_kind_of_failure_is_reported(client: FlaskClient, engine: Engine) -> None:
    register(client, "http://127.0.0.1:1/")
    broken, exhausted = insert_row(engine), insert_row(engine)
    with transaction(engine) as connection:
        claim = claim_images(connection, [broken], LEASE_SECONDS, MAX_ATTEMPTS)
        store_failed(connection, claim, [FailedImage(broken, "no picture")])
    set_row(engine, exhausted, "attempts = 5")
    with transaction(engine) as connection:
        give_up_exhausted(connection, MAX_ATTEMPTS)

    assert told(engine) == [
        ("image.failed", broken, None),
        ("image.failed", exhausted, None),
    ]


def test_a_correction_sends_one_event_for_each_image(client: FlaskClient, engine: Engine) -> None:
    register(client, "http://127.0.0.1:1/", events=["image.corrected"])
    image = insert_row(engine, callback_url=CALLBACK)

    correct(client, image, add=["dog", "hat"], remove=["cat"], user="ada")

    [row] = deliveries(engine)
    assert (row["type"], row["image_id"]) == ("image.corrected", image)
    assert (row["data"]["user"], row["data"]["count"]) == ("ada", 3)
    assert {"tag": "cat", "verdict": "remove"} in row["data"]["corrections"]


def test_promotions_are_sent_to_endpoints_without_an_owner(
    client: FlaskClient, engine: Engine, storage: Storage, version: int
) -> None:
    register(client, "http://127.0.0.1:1/")
    register(client, "http://127.0.0.1:1/", owner="ada")
    with transaction(engine) as connection:
        other = connection.exec_driver_sql(
            "INSERT INTO models (backbone_id, status, blob) "
            "SELECT backbone_id, 'candidate', blob FROM models RETURNING version"
        ).scalar_one()
        assert promote(connection, other)

    [row] = deliveries(engine)
    assert (row["type"], row["image_id"]) == ("model.promoted", None)
    assert (row["data"]["version"], row["data"]["replaces"]) == (other, version)


def test_deleting_an_image_deletes_its_deliveries(client: FlaskClient, engine: Engine) -> None:
    register(client, "http://127.0.0.1:1/")
    image = insert_row(engine)
    correct(client, image, add=["dog"])
    assert len(deliveries(engine)) == 1

    with transaction(engine) as connection:
        connection.exec_driver_sql("DELETE FROM images")

    assert deliveries(engine) == []

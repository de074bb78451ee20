"""`POST /v1/webhooks/{source}`: events become images once, in order, or not at all."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.ingest.webhooks.sources.table import SOURCES
from shared.db.connection.engine import transaction
from shared.db.events.webhooks import take_event
from tests.support.events.deliveries import count_images, image_of, send, taken
from tests.support.events.webhooks import (
    UPLOADCARE,
    UPLOADCARE_HMAC,
    bearer,
    envelope,
    message,
    record,
    records,
    signed,
)
from tests.support.pictures.rows import read_row


def test_an_event_becomes_an_image_that_waits_to_be_fetched(
    webhooks: FlaskClient, engine: Engine
) -> None:
    body = message(hashtags=["sea"], metadata={"shop": 7}, owner="ada")

    row = read_row(
        engine, image_of(send(webhooks, "standard", body, signed(body), "?owner=bob&hashtags=sun"))
    )

    assert (row["status"], row["sha256"]) == ("queued", None)
    assert row["source_url"] == "https://example.com/a.jpg"
    assert (row["owner"], row["hashtags"], row["metadata"]) == ("ada", ["sea"], {"shop": 7})


def test_the_webhooks_own_url_says_whose_pictures_these_are(
    webhooks: FlaskClient, engine: Engine
) -> None:
    headers = {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}

    row = read_row(
        engine, image_of(send(webhooks, "uploadcare", UPLOADCARE, headers, "?owner=ada"))
    )

    assert (row["owner"], row["filename"]) == ("ada", "cat.jpg")


def test_the_same_event_again_is_the_same_image(webhooks: FlaskClient, engine: Engine) -> None:
    headers = {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}

    first, second = (image_of(send(webhooks, "uploadcare", UPLOADCARE, headers)) for _ in range(2))

    assert first == second
    assert count_images(engine) == 1


def test_a_retry_is_signed_again_and_a_replay_is_not(webhooks: FlaskClient, engine: Engine) -> None:
    body, now = message(), time.time()
    first = image_of(send(webhooks, "standard", body, signed(body, sent_at=now - 10)))

    assert send(webhooks, "standard", body, signed(body, sent_at=now - 10)).status_code == 401
    assert image_of(send(webhooks, "standard", body, signed(body, sent_at=now))) == first
    for sent_at in (now - 10, now):
        replay = send(webhooks, "standard", body, signed(body, sent_at=sent_at))
        assert replay.status_code == 401
        assert replay.get_json()["title"] == "This request was accepted before"
    assert count_images(engine) == 1


def test_deliveries_of_one_event_at_once_make_one_image(
    webhooks: FlaskClient, engine: Engine
) -> None:
    headers = {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}
    app = webhooks.application

    with ThreadPoolExecutor(6) as threads:
        answers = list(
            threads.map(
                lambda _: send(app.test_client(), "uploadcare", UPLOADCARE, headers), range(12)
            )
        )

    assert len({image_of(answer) for answer in answers}) == 1
    assert count_images(engine) == 1


def test_a_deleted_image_does_not_come_back_when_its_event_is_sent_again(
    webhooks: FlaskClient, engine: Engine
) -> None:
    headers = {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}
    send(webhooks, "uploadcare", UPLOADCARE, headers)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM images"))

    assert taken(send(webhooks, "uploadcare", UPLOADCARE, headers)) == {"images": [], "deleted": 0}


def test_an_envelope_of_sns_and_the_confirmation_of_its_subscription(
    webhooks: FlaskClient, engine: Engine
) -> None:
    body = envelope(records(record("a.jpg")).decode(), "2", time.time())
    text_plain = {"Content-Type": "text/plain; charset=UTF-8"}

    assert send(webhooks, "s3", json.dumps(body).encode(), text_plain).status_code == 200
    assert count_images(engine) == 1
    assert send(webhooks, "s3", records(record("b.jpg")), text_plain).status_code == 401


@pytest.mark.parametrize("source", SOURCES)
def test_an_unsigned_request_is_refused_and_leaves_nothing(
    webhooks: FlaskClient, engine: Engine, source: str
) -> None:
    for body in (b"{}", message(), UPLOADCARE, records(record("a.jpg"))):
        answer = send(webhooks, source, body, {})

        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
    assert count_images(engine) == 0


def test_an_unknown_source_is_404_and_a_body_without_end_413(webhooks: FlaskClient) -> None:
    assert send(webhooks, "nobody", b"{}", {}).status_code == 404
    assert send(webhooks, "s3", b" " * (2 * 1024 * 1024), bearer()).status_code == 413


def test_events_of_a_sender_without_a_clock_are_distinguished_by_their_id_alone(
    engine: Engine,
) -> None:
    image = UUID(int=1)

    with transaction(engine) as connection:
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        assert take_event(connection, "standard", "one", None, image) == image
        assert take_event(connection, "filestack", "one", None, UUID(int=2)) == UUID(int=2)
        assert take_event(connection, "standard", "one", None, UUID(int=3)) == image
        connection.rollback()

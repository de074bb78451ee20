"""URLs in webhooks: of pictures and of callbacks, refused before anything is stored."""

import hashlib
import hmac
import json
import socket
import threading
import time
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine

from services.ingest import callbacks
from shared.config import Settings
from tests.support.events.deliveries import count_images, send, webhooks_client
from tests.support.events.webhooks import (
    SECRETS,
    TOKEN,
    UPLOADCARE,
    bearer,
    cloud_event,
    message,
    signed,
)

# Far longer than the limit on all look-ups, far shorter than one look-up each would take.
SOON_SECONDS = 15.0


@pytest.mark.parametrize(
    "url", ["", "x" * 3000, "https://example.com/\0", "https://example.com/\ud800", 5, None, {}]
)
def test_an_invalid_url_is_refused_at_once(
    webhooks: FlaskClient, engine: Engine, url: object
) -> None:
    body = json.dumps({"type": "picture.added", "data": {"url": url}}).encode()

    assert send(webhooks, "standard", body, signed(body)).status_code == 400
    assert count_images(engine) == 0


@pytest.mark.parametrize(
    "url", ["s3://private/a.jpg", "S3://private/a.jpg", "file:///etc/passwd", "http://127.1/", "a"]
)
def test_every_route_that_takes_urls_refuses_invalid_ones(
    webhooks: FlaskClient, engine: Engine, url: str
) -> None:
    care = json.loads(UPLOADCARE)
    care["data"]["original_file_url"] = url
    said = json.dumps(care).encode()
    digest = hmac.new(SECRETS["uploadcare"][0].encode(), said, hashlib.sha256).hexdigest()
    event = json.dumps({**cloud_event(1), "data": {"url": url}}).encode()
    as_event = {"Content-Type": "application/cloudevents+json", **bearer(TOKEN)}

    answers = [
        send(webhooks, "standard", message(url), signed(message(url))),
        send(webhooks, "standard", event, as_event),
        send(webhooks, "uploadcare", said, {"X-Uc-Signature": f"v1={digest}"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert count_images(engine) == 0


@pytest.mark.parametrize("place", ["body", "query"])
@pytest.mark.parametrize(
    ("callback", "reason"),
    [("http://169.254.169.254/", "not public"), ("s3://a/b", "http"), ("https://a/\0", "NUL")],
)
def test_a_callback_url_is_checked_as_that_of_an_upload(
    settings: Settings, engine: Engine, place: str, callback: str, reason: str
) -> None:
    webhooks = webhooks_client(settings)
    body = message(callback_url=callback) if place == "body" else message()
    query = f"?callback_url={quote(callback)}" if place == "query" else ""

    refused = send(webhooks, "standard", body, signed(body), query)

    assert refused.status_code == 400
    assert reason in refused.get_json()["detail"]
    assert count_images(engine) == 0


def test_a_callback_url_needs_a_secret_to_sign_with(settings: Settings, engine: Engine) -> None:
    silent = settings.model_copy(update={"callback_secret": SecretStr("")})
    body = message(callback_url="https://example.com/told")

    refused = send(webhooks_client(silent), "standard", body, signed(body))

    assert refused.status_code == 400
    assert "TAGLOOP_CALLBACK_SECRET" in refused.get_json()["detail"]
    assert count_images(engine) == 0


def test_many_callbacks_with_slow_names_do_not_hold_up_the_answer(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(callbacks, "LOOK_UP_SECONDS", 0.2)
    events = [cloud_event(number) for number in range(50)]
    for event in events:
        event["data"]["callback_url"] = f"https://slow-{event['id']}.example/"
    as_batch = {"Content-Type": "application/cloudevents-batch+json", **bearer(TOKEN)}
    webhooks = webhooks_client(settings)
    monkeypatch.setattr(socket, "getaddrinfo", hang)

    began = time.monotonic()
    try:
        answer = send(webhooks, "standard", json.dumps(events).encode(), as_batch)
        assert time.monotonic() - began < SOON_SECONDS
    finally:
        over.set()
    assert answer.status_code == 200
    assert count_images(engine) == len(events)

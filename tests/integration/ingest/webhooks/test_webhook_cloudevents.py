"""CloudEvents: structured, binary and as a batch; signed, or with a token."""

import json
import time

from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.ingest.app import create_app
from shared.config import Settings
from tests.support.events.deliveries import count_images, image_of, send, taken
from tests.support.events.webhooks import TOKEN, bearer, cloud_event, signed


def test_cloudevents_structured_binary_and_as_a_batch(
    webhooks: FlaskClient, engine: Engine
) -> None:
    def as_type(kind: str) -> dict[str, str]:
        return {"Content-Type": kind, **bearer(TOKEN)}

    structured = json.dumps(cloud_event(1)).encode()
    batch = json.dumps([cloud_event(number) for number in (1, 2, 3)]).encode()
    attributes = {"ce-specversion": "1.0", "ce-id": "3", "ce-source": "/shop", "ce-type": "a"}
    data = json.dumps(cloud_event(3)["data"]).encode()

    one = image_of(send(webhooks, "standard", structured, as_type("application/cloudevents+json")))
    sent = taken(send(webhooks, "standard", batch, as_type("application/cloudevents-batch+json")))
    third = image_of(
        send(webhooks, "standard", data, {**attributes, **as_type("application/json")})
    )

    assert {str(one), str(third)} < {image["id"] for image in sent["images"]}
    assert count_images(engine) == 3


def test_a_signed_cloudevent_is_known_by_what_is_signed(
    webhooks: FlaskClient, engine: Engine
) -> None:
    body, now = b'{"url": "https://example.com/a.jpg"}', time.time()
    attributes = {"ce-specversion": "1.0", "ce-source": "/shop", "ce-type": "a"}

    first = send(webhooks, "standard", body, {**attributes, "ce-id": "1", **signed(body)})
    forged = {**attributes, "ce-id": "2", **signed(body, sent_at=now)}

    assert first.status_code == 200
    assert send(webhooks, "standard", body, forged).status_code == 401
    assert count_images(engine) == 1


def test_one_bad_event_of_a_batch_leaves_nothing_of_it(
    webhooks: FlaskClient, engine: Engine
) -> None:
    good = cloud_event(1)
    bad = {**cloud_event(2), "data": {"url": "https://a/" + "x" * 3000}}
    headers = {"Content-Type": "application/cloudevents-batch+json", **bearer(TOKEN)}

    assert send(webhooks, "standard", json.dumps([good, bad]).encode(), headers).status_code == 400
    assert count_images(engine) == 0
    assert taken(send(webhooks, "standard", json.dumps([good]).encode(), headers))["images"]


def test_an_event_twice_in_one_signed_batch_is_no_replay(
    webhooks: FlaskClient, engine: Engine
) -> None:
    body = json.dumps([cloud_event(number) for number in (1, 2, 1)]).encode()
    headers = {"Content-Type": "application/cloudevents-batch+json", **signed(body)}

    assert len(taken(send(webhooks, "standard", body, headers))["images"]) == 2
    assert send(webhooks, "standard", body, headers).status_code == 401
    assert count_images(engine) == 2


def test_a_sender_that_asks_first_may_send(webhooks: FlaskClient) -> None:
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}

    answer = webhooks.options("/v1/webhooks/standard", headers=asked)

    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert answer.headers["WebHook-Allowed-Rate"] == "*"
    assert answer.headers["Allow"] == "OPTIONS, POST"
    # It proves nothing: what comes afterwards is asked for its token all the same.
    event = json.dumps(cloud_event(1)).encode()
    as_event = {"Content-Type": "application/cloudevents+json", **asked}
    assert send(webhooks, "standard", event, as_event).status_code == 401


def test_the_handshake_is_refused_where_no_source_is_configured(
    settings: Settings, webhooks: FlaskClient
) -> None:
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net"}
    closed = create_app(settings.model_copy(update={"webhook_secrets": {}})).test_client()

    for client, source in ((closed, "standard"), (webhooks, "uploadcare")):
        answer = client.options(f"/v1/webhooks/{source}", headers=asked)
        assert "WebHook-Allowed-Origin" not in answer.headers
    assert "WebHook-Allowed-Origin" not in webhooks.options("/v1/webhooks/standard").headers

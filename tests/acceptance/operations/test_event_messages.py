"""A running stack sends events to other systems."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.acceptance.api import JSON, Api, Document
from tests.acceptance.conftest import Server
from tests.support.conditions import wait_for
from tests.support.events.receiver import Receiver, hang, receiving, status

pytestmark = pytest.mark.acceptance

OWNER = "events"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def register(api: Api, url: str, *events: str) -> Document:
    """Register an endpoint for the pictures of this module."""
    body = {"url": url, "owner": OWNER, **({"events": events} if events else {})}
    answer = api.request("POST", "/v1/endpoints", json.dumps(body).encode(), JSON)
    assert answer.status == 201, answer
    return answer.json()


def test_uploads_and_corrections_send_signed_events(
    server: Server, api: Api, receiver: Receiver, photos: dict[str, Path]
) -> None:
    # Given an endpoint that takes messages, one that hangs and one that is broken
    endpoint = register(api, f"{receiver.url}/hook")
    receiver.answers |= {"/hangs": hang, "/broken": status(500)}
    register(api, f"{receiver.url}/hangs")
    register(api, f"{receiver.url}/broken")

    answer = api.upload(
        photos["cat"].read_bytes(), owner=OWNER, callback_url=f"{receiver.url}/done"
    )
    image = answer.json()["id"]
    api.finished(image)
    correction = json.dumps({"add": ["hammer"], "user": "ada"}).encode()
    assert api.request("POST", f"/v1/images/{image}/corrections", correction, JSON).status == 201

    [(headers, body)] = wait_for(lambda: receiver.received("/done"), "the callback")
    secret = (server.data / "callback-secret").read_text().strip()
    message = Webhook(secret).verify(body, headers)
    assert (message["type"], message["data"]["image_id"]) == ("image.tagged", image)
    told = wait_for(
        lambda: hooks if len(hooks := receiver.received("/hook")) == 2 else [], "two messages"
    )
    messages = [Webhook(endpoint["secret"]).verify(body, headers) for headers, body in told]
    assert {message["type"] for message in messages} == {"image.tagged", "image.corrected"}
    corrected = next(m["data"] for m in messages if m["type"] == "image.corrected")
    assert corrected["corrections"] == [{"tag": "hammer", "verdict": "add"}]
    assert "hammer" in [tag["tag"] for tag in corrected["image"]["tags"]]
    # And the broken one is noted
    page = wait_for(
        lambda: api.get("/v1/deliveries", image=image, status="waiting")["deliveries"],
        "deliveries that wait",
    )
    assert {delivery["url"] for delivery in page} >= {f"{receiver.url}/broken"}


def test_a_failure_is_reported(api: Api, receiver: Receiver) -> None:
    origin = f"{receiver.url}/no-picture"

    answer = api.send_url(origin, owner=OWNER, callback_url=f"{receiver.url}/failed")

    assert answer.status == 202
    [(_, body)] = wait_for(lambda: receiver.received("/failed"), "the callback")
    message = json.loads(body)
    assert message["type"] == "image.failed"
    assert message["data"]["image"]["error"]

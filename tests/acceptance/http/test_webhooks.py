"""A webhook announces a picture, and a moment later it is tagged."""

import json

import pytest

from tests.acceptance.api import Api
from tests.acceptance.conftest import Server
from tests.acceptance.origin import serving
from tests.support.events.webhooks import signed
from tests.support.requests.sending import send

pytestmark = pytest.mark.acceptance


def test_a_signed_event_ends_as_a_tagged_image(server: Server, api: Api) -> None:
    with serving() as address:
        body = json.dumps({"type": "added", "data": {"url": f"{address}/by-webhook"}}).encode()
        url = f"{server.url}/v1/webhooks/standard?owner=webhooks"

        answer = send("POST", url, body=body, headers=signed(body))
        refused = send("POST", url, body=body + b" ", headers=signed(body))

        assert (answer.status, refused.status) == (200, 401)
        image = api.finished(answer.json()["images"][0]["id"])
    assert (image["status"], image["owner"]) == ("tagged", "webhooks")

"""A webhook announces a picture, and a moment later it is tagged."""

import json

import pytest
import urllib3

from tests.acceptance.api import Api
from tests.acceptance.conftest import Server
from tests.acceptance.origin import serving
from tests.support.events.webhooks import signed

pytestmark = pytest.mark.acceptance


def test_a_signed_event_ends_as_a_tagged_image(server: Server, api: Api) -> None:
    with serving() as address:
        body = json.dumps({"type": "added", "data": {"url": f"{address}/by-webhook"}}).encode()
        url = f"{server.url}/v1/webhooks/standard?owner=webhooks"

        answer = urllib3.request("POST", url, body=body, headers=signed(body))
        refused = urllib3.request("POST", url, body=body + b" ", headers=signed(body))

        assert (answer.status, refused.status) == (200, 401)
        image = api.finished(answer.json()["images"][0]["id"])
    assert (image["status"], image["owner"]) == ("tagged", "webhooks")

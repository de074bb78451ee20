"""Without keys, only this machine's own programs are answered."""

from uuid import uuid4

import pytest

from shared.config import Settings
from tests.support.requests.keys import app_with


@pytest.mark.parametrize(
    "host",
    [
        *("example.org", "192.168.1.7:8080", "127.0.0.1.example.org", "[2001:db8::1]"),
        *("catalog:80", "localhost.", "localhost:80:80", "[::1", "::1", "[127.0.0.1]x", ""),
        *(f"a{character}b.evil.com" for character in "_!~=*+'(;,$& %\"<>\\^`{|}"),
        *(f"localhost{character}evil.com" for character in "_!,;@#? "),
    ],
)
def test_without_keys_only_names_of_this_machine_are_answered(
    settings: Settings, host: str
) -> None:
    client = app_with(settings).test_client()

    assert client.get("/v1/images", headers={"Host": host}).status_code == 403
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "localhost", "[::1]:80", "[::1]", "LOCALHOST:1"]
)
def test_without_keys_this_machine_is_answered(settings: Settings, host: str) -> None:
    client = app_with(settings).test_client()

    assert client.get("/v1/images", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"), [("192.168.1.7", 403), ("2001:db8::1", 403), ("::1", 200), ("", 200)]
)
def test_without_keys_no_other_machine_is_answered(
    settings: Settings, address: str, status: int
) -> None:
    client = app_with(settings).test_client()

    answer = client.get("/v1/images", environ_base={"REMOTE_ADDR": address})

    assert answer.status_code == status


def test_configured_host_names_are_answered(settings: Settings) -> None:
    own = settings.model_copy(update={"allowed_hosts": frozenset({"Tagloop.lan"})})
    client = app_with(own).test_client()

    for host, status in (("tagloop.LAN:80", 200), ("tagloop.lan.evil.com", 403), ("lan", 403)):
        assert client.get("/v1/images", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "whatever"}, False),
        ({"Origin": "http://localhost:3000"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_without_keys_only_pages_of_this_very_origin_change_anything(
    settings: Settings, headers: dict[str, str], is_ours: bool
) -> None:
    client = app_with(settings).test_client()

    # No such endpoint: a request that is let in gets 404.
    answer = client.delete(f"/v1/endpoints/{uuid4()}", headers={"Host": "localhost", **headers})
    assert answer.status_code == (404 if is_ours else 403)
    # This GET notes what it has offered. A request that is let in gets 400.
    for method in ("GET", "HEAD"):
        answer = client.open(
            "/v1/review?limit=0", method=method, headers={"Host": "localhost", **headers}
        )
        assert answer.status_code == (400 if is_ours else 403)
    assert client.get("/v1/images", headers={"Host": "localhost", **headers}).status_code == 200

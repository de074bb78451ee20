"""Without keys, only this machine's own programs are answered."""

import pytest

from shared.config import Settings
from tests.support.keys import app_with


@pytest.mark.parametrize(
    "host", ["example.org", "192.168.1.7:8080", "127.0.0.1.example.org", "[2001:db8::1]"]
)
def test_without_keys_only_names_of_this_machine_are_answered(
    settings: Settings, host: str
) -> None:
    client = app_with(settings).test_client()

    assert client.get("/v1/images", headers={"Host": host}).status_code == 403
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80", "[::1]", "catalog:80"])
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


def test_without_keys_a_foreign_page_changes_nothing(settings: Settings) -> None:
    client = app_with(settings).test_client()

    answer = client.post("/v1/retrain", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403

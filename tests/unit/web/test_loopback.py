"""Addresses that a stack without keys may listen on."""

import pytest

from shared.auth.loopback import is_loopback, refuse_open_door
from shared.errors import ConfigError
from tagloop.local.addresses import Address

HERE = ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "tagloop.localhost"]
ELSEWHERE = ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "example.org", "127.0.0.1.nip.io", ""]


@pytest.mark.parametrize("host", HERE)
def test_this_machine(host: str) -> None:
    assert is_loopback(host)
    refuse_open_door(False, host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_more_than_this_machine(host: str) -> None:
    assert not is_loopback(host)
    refuse_open_door(True, host)
    with pytest.raises(ConfigError, match="TAGLOOP_AUTH=true"):
        refuse_open_door(False, host)


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:80", "http://127.0.0.1:80"),
        ("0.0.0.0", "0.0.0.0:80", "http://127.0.0.1:80"),
        ("::", "[::]:80", "http://[::1]:80"),
        ("192.168.1.5", "192.168.1.5:80", "http://192.168.1.5:80"),
        ("tagloop.lan", "tagloop.lan:80", "http://tagloop.lan:80"),
    ],
)
def test_a_listening_address_is_reached_from_this_machine(host: str, bind: str, url: str) -> None:
    address = Address(host, 80)

    assert (address.bind, address.url) == (bind, url)

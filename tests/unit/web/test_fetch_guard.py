"""Only public addresses are fetched, however a URL is written."""

import socket
import threading
import time
from typing import Any

import pytest

from shared.errors import OriginUnavailable, TagloopError, UnsafeUrl
from shared.fetch import check_form, check_url
from tests.support.requests.hostile_urls import INNER_ADDRESSES, MALFORMED, NUMBERS

NO_HOSTS: frozenset[str] = frozenset()
PUBLIC = "93.184.215.14"
# Far longer than what waits here may take, far shorter than for ever.
SOON_SECONDS = 15.0


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A replacement for DNS; addresses resolve to themselves."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *arguments: Any, **options: Any) -> Any:
        if host not in known:
            return real(host, port, *arguments, **options)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.mark.parametrize("url", INNER_ADDRESSES)
def test_an_address_that_is_not_public_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(UnsafeUrl, match="not public"):
        check_url(url, NO_HOSTS)


@pytest.mark.parametrize("url", MALFORMED)
def test_a_url_that_is_not_a_plain_web_address_is_refused(
    url: str, dns: dict[str, list[str]]
) -> None:
    dns["example.com"] = [PUBLIC]

    with pytest.raises(UnsafeUrl):
        check_url(url, NO_HOSTS)


@pytest.mark.parametrize("url", NUMBERS)
def test_a_host_that_is_a_number_is_refused_wherever_it_leads(url: str) -> None:
    with pytest.raises(UnsafeUrl, match="is a number"):
        check_url(url, NO_HOSTS)


def test_resolving_takes_no_longer_than_the_caller_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    began = time.monotonic()
    try:
        with pytest.raises(OriginUnavailable, match="no answer in"):
            check_url("http://slow.example/", NO_HOSTS, seconds=0.2)
        assert time.monotonic() - began < SOON_SECONDS
    finally:
        over.set()


def test_a_name_with_one_inner_address_among_public_ones_is_refused(
    dns: dict[str, list[str]],
) -> None:
    dns["mixed.example"] = [PUBLIC, "10.0.0.1"]

    with pytest.raises(UnsafeUrl, match="not public"):
        check_url("http://mixed.example/", NO_HOSTS)


def test_the_address_that_was_checked_is_the_one_to_connect_to_though_dns_changes(
    dns: dict[str, list[str]],
) -> None:
    # Given a name that is public when it is checked
    dns["rebinding.example"] = [PUBLIC]
    target = check_url("http://rebinding.example/a.jpg?size=1", NO_HOSTS)

    # When it leads inside afterwards
    dns["rebinding.example"] = ["127.0.0.1"]

    # Then the target still has the public address, and a new check fails.
    assert target.address == PUBLIC
    assert (target.host, target.port, target.path) == ("rebinding.example", 80, "/a.jpg?size=1")
    with pytest.raises(UnsafeUrl):
        check_url("http://rebinding.example/a.jpg", NO_HOSTS)


@pytest.mark.parametrize("url", [*MALFORMED, *NUMBERS])
def test_the_form_of_a_url_is_judged_without_asking_dns(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)

    with pytest.raises(UnsafeUrl):
        check_form(url)


def test_a_plain_web_address_is_accepted() -> None:
    check_form("https://a-b_c.example.com:8443/ü%20?x=1#y")


@pytest.mark.parametrize(
    ("url", "port"),
    [
        (f"http://{PUBLIC}/", 80),
        (f"https://{PUBLIC}/a.jpg", 443),
        (f"HTTP://{PUBLIC}:8080/a%20b.jpg#part", 8080),
        ("http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", 80),
    ],
)
def test_a_public_address_is_fetched(url: str, port: int) -> None:
    assert check_url(url, NO_HOSTS).port == port


def test_a_host_that_is_allowed_may_be_inside() -> None:
    assert check_url("http://127.0.0.1:9/", {"127.0.0.1"}).address == "127.0.0.1"
    with pytest.raises(UnsafeUrl):
        check_url("http://127.0.0.2:9/", {"127.0.0.1"})


def test_a_host_is_allowed_however_it_is_spelled(dns: dict[str, list[str]]) -> None:
    dns["intranet.example"] = ["10.0.0.1"]

    for url in ("http://INTRANET.example/", "http://intranet.example./"):
        assert check_url(url, {"Intranet.Example"}).address == "10.0.0.1"


def test_a_name_in_another_script_is_sent_as_dns_knows_it(dns: dict[str, list[str]]) -> None:
    dns["xn--bcher-kva.example"] = [PUBLIC]

    assert check_url("http://bücher.example/", NO_HOSTS).host == "xn--bcher-kva.example"


def test_a_name_that_does_not_resolve_may_do_so_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(OriginUnavailable) as error:
        check_url("http://example.com/", NO_HOSTS)
    refused: TagloopError = error.value
    assert refused.retryable

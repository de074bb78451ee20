"""Which URLs the server fetches: public addresses alone, however they are written."""

import socket
from typing import Any

import pytest

from shared.errors import OriginUnavailable, TagloopError, UnsafeUrl
from shared.fetch import check_url

NOBODY: frozenset[str] = frozenset()
PUBLIC = "93.184.215.14"

INNER_ADDRESSES = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/v1/images",
    "http://127.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://10.0.0.5/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://192.0.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]:80/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[::10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:0:0:0:0:80ff:fffe]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
]
MALFORMED = [
    "",
    "picture.jpg",
    "/etc/passwd",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://example.com/a.jpg",
    "data:image/png;base64,AAAA",
    "redis://example.com/",
    "javascript:alert(1)",
    "http://",
    "http:///a.jpg",
    "http://:80/",
    "http://?a=b",
    "http://user@example.com/",
    "http://user:password@example.com/",
    "http://example.com@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com/a b.jpg",
    " http://example.com/",
    "http://example.com/\r\nHost: inner",
    "http://example.com/\tx",
    "http://exam\nple.com/",
    "http://example.com/\x00",
    "http://example.com:0x50/",
    "http://example.com:-1/",
    "http://example.com:99999/",
    "http://example.com:abc/",
    "http://[::1",
    "http://[not-an-address]/",
    "http://a..b/",
    "http://" + "a" * 64 + ".com/",
    "http://example.com/" + "a" * 2048,
    "http://\ud800.com/",
]


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to, instead of the real DNS; addresses resolve to themselves as ever."""
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
        check_url(url, NOBODY)


@pytest.mark.parametrize("url", MALFORMED)
def test_a_url_that_is_no_plain_web_address_is_refused(url: str, dns: dict[str, list[str]]) -> None:
    dns["example.com"] = [PUBLIC]

    with pytest.raises(UnsafeUrl):
        check_url(url, NOBODY)


def test_a_name_with_one_inner_address_among_public_ones_is_refused(
    dns: dict[str, list[str]],
) -> None:
    dns["mixed.example"] = [PUBLIC, "10.0.0.1"]

    with pytest.raises(UnsafeUrl, match=r"10\.0\.0\.1, which is not public"):
        check_url("http://mixed.example/", NOBODY)


def test_the_address_that_was_checked_is_the_one_to_connect_to_though_dns_changes(
    dns: dict[str, list[str]],
) -> None:
    # Given a name that is public when it is checked
    dns["rebinding.example"] = [PUBLIC]
    target = check_url("http://rebinding.example/a.jpg?size=1", NOBODY)

    # When it leads inside afterwards
    dns["rebinding.example"] = ["127.0.0.1"]

    # Then the target still has the public address, and a new check fails.
    assert target.address == PUBLIC
    assert (target.host, target.port, target.path) == ("rebinding.example", 80, "/a.jpg?size=1")
    with pytest.raises(UnsafeUrl):
        check_url("http://rebinding.example/a.jpg", NOBODY)


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
    assert check_url(url, NOBODY).port == port


def test_a_host_that_is_allowed_may_be_inside() -> None:
    assert check_url("http://127.0.0.1:9/", {"127.0.0.1"}).address == "127.0.0.1"
    with pytest.raises(UnsafeUrl):
        check_url("http://127.0.0.2:9/", {"127.0.0.1"})


def test_a_name_in_another_script_is_sent_as_dns_knows_it(dns: dict[str, list[str]]) -> None:
    dns["xn--bcher-kva.example"] = [PUBLIC]

    assert check_url("http://bücher.example/", NOBODY).host == "xn--bcher-kva.example"


def test_a_name_that_does_not_resolve_may_do_so_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(OriginUnavailable) as error:
        check_url("http://example.com/", NOBODY)
    refused: TagloopError = error.value
    assert refused.retryable

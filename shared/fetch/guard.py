"""Decide which URLs may be fetched: public addresses only, checked after resolution.

Connect to the address in the `Target`: resolving the name again may give another one (DNS
rebinding).
"""

import ipaddress
import re
from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from shared.errors import UnsafeUrl
from shared.fetch.addresses import is_public
from shared.fetch.resolve import resolve

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL = 2048
RESOLVE_SECONDS = 5.0
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# Resolvers read a name whose last part is a number as an IPv4 address: 127.1, 0x7f000001,
# 0177.0.0.1.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True)
class Target:
    """A URL that may be fetched, and the address to connect to for it."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def authority(self) -> str:
        """Host and port as in a `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str, allowed_hosts: Set[str], seconds: float = RESOLVE_SECONDS) -> Target:
    """Parse a URL, resolve its host, and refuse what does not lead to a public address.

    allowed_hosts: names whose addresses need not be public. seconds: the limit for DNS.

    Raises:
        UnsafeUrl: the URL must not be fetched; the message says why.
        OriginUnavailable: its host cannot be resolved at the moment.
    """
    parts, host, port = _take_apart(url)
    addresses = resolve(host, port, seconds)
    # DNS ignores case; the setting may not.
    is_allowed = host in {name.lower() for name in allowed_hosts}
    if not is_allowed and not all(is_public(address) for address in addresses):
        # Strangers must not learn the addresses of this network.
        raise UnsafeUrl(f"The host {host} leads to an address that is not public.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def check_form(url: str) -> None:
    """Refuse what is not a plain web address, without resolving it.

    Raises:
        UnsafeUrl: the URL must not be fetched; the message says why.
    """
    _take_apart(url)


def _take_apart(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of a URL, its host as DNS knows it, and its port."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except ValueError as error:
        raise UnsafeUrl(f"The URL cannot be understood: {error}.") from error
    if len(url) > MAX_URL or any(ord(character) <= 32 for character in url):
        raise UnsafeUrl(f"A URL has at most {MAX_URL} characters and no spaces in it.")
    if parts.scheme not in DEFAULT_PORTS:
        raise UnsafeUrl("Only http and https URLs are fetched.")
    if not host:
        raise UnsafeUrl("The URL names no host.")
    if parts.username is not None or parts.password is not None:
        raise UnsafeUrl("A URL with a user name or a password in it is not fetched.")
    _check_host(host)
    return parts, host, port or DEFAULT_PORTS[parts.scheme]


def _check_host(host: str) -> None:
    if _is_address(host):
        return
    if HOST_NAME.fullmatch(host) is None:
        raise UnsafeUrl(f"The host {host!r} is neither a name nor an address.")
    if NUMBER.fullmatch(host.rpartition(".")[2]):
        raise UnsafeUrl(f"The host {host} is a number; write an address as in 192.0.2.1.")


def _is_address(host: str) -> bool:
    try:
        # An address with a zone (fe80::1%eth0) belongs to this machine's own network.
        return "%" not in host and bool(ipaddress.ip_address(host))
    except ValueError:
        return False

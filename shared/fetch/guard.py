"""Which URLs may be fetched: public addresses only, decided after resolution.

Whoever connects has to use the address in the `Target`. A second resolution of the same name may
give another one (DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import OriginUnavailable, UnsafeUrl

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2048
# What NAT64 gateways use inside (RFC 8215); older versions of Python take it for public.
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
# IPv6 addresses that mean the IPv4 address in their last four bytes: behind a NAT64 gateway, and
# the deprecated "IPv4-compatible" ones.
EMBEDDED_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


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
        """Host and port as they stand in a `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str, allowed_hosts: Set[str]) -> Target:
    """Take a URL apart, resolve its host and refuse what does not lead to a public address.

    allowed_hosts: names whose addresses need not be public.

    Raises:
        UnsafeUrl: the URL must not be fetched; the message says why.
        OriginUnavailable: its host can't be resolved at the moment.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except ValueError as error:
        raise UnsafeUrl(f"The URL cannot be understood: {error}.") from error
    if len(url) > LONGEST_URL or any(ord(character) <= 32 for character in url):
        raise UnsafeUrl(f"A URL has at most {LONGEST_URL} characters and no blanks in it.")
    if parts.scheme not in DEFAULT_PORTS:
        raise UnsafeUrl("Only http and https URLs are fetched.")
    if not host:
        raise UnsafeUrl("The URL names no host.")
    if parts.username is not None or parts.password is not None:
        raise UnsafeUrl("A URL with a user name or a password in it is not fetched.")
    port = port or DEFAULT_PORTS[parts.scheme]
    addresses = _resolve(host, port)
    if host not in allowed_hosts:
        for address in addresses:
            if not _is_public(address):
                raise UnsafeUrl(f"The host {host} has the address {address}, which is not public.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, addresses[0])


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OriginUnavailable(f"The host {host} cannot be resolved: {error}.") from error
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is None and any(address in network for network in EMBEDDED_IPV4):
            embedded = ipaddress.IPv4Address(address.packed[-4:])
        if embedded is not None:
            return _is_public(str(embedded))
        if address.teredo is not None or address.is_site_local or address in LOCAL_NAT64:
            return False
    return address.is_global and not address.is_multicast

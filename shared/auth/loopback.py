"""Without keys, only this machine: where the stack may listen, and whom it answers."""

import ipaddress
import re
from functools import lru_cache

from flask import Request

from shared.auth.sessions import SAFE_METHODS, refuse_other_sites
from shared.errors import ConfigError, Forbidden

NAMES = ("localhost",)
# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
HOST = re.compile(r"(?P<host>[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


# The same few hosts come with every request.
@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Return whether a host, a name or address without port, can only be this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in NAMES or host.endswith(".localhost")


def refuse_open_door(auth: bool, host: str) -> None:
    """Return if a server may listen on this address.

    Raises:
        ConfigError: other machines could reach it, and no key would stop them.
    """
    if not auth and not is_loopback(host):
        raise ConfigError(
            f"Without keys, Tagloop listens on this machine only, and {host!r} is more than that. "
            "Set TAGLOOP_AUTH=true and make a key: tagloop keys create --scope admin"
        )


def refuse_strangers(request: Request, allowed_hosts: frozenset[str]) -> None:
    """Return if a request comes from this machine's own programs and pages.

    A web page can have its reader's browser send requests to this machine, and read the answers
    once the page's own name resolves to 127.0.0.1 (DNS rebinding). The Host header gives that away;
    the browser's headers tell whether the page is ours.

    allowed_hosts: names of this machine besides localhost, in lower case.

    Raises:
        Forbidden: it comes from another machine, or may come from a page under another name.
        ForgedRequest: a page of another origin sent it.
    """
    # However the server was started, and whatever a name that it listens on means. What comes by a
    # Unix socket has no address.
    if request.remote_addr and not is_loopback(request.remote_addr):
        raise Forbidden(
            "Without keys, only this machine is answered. Set TAGLOOP_AUTH=true to answer others."
        )
    named = request.headers.get("Host", "")
    host = host_of(named)
    if host is None or not (is_loopback(host) or host in allowed_hosts):
        raise Forbidden(
            f"Without keys, only this machine is answered, as 127.0.0.1 or localhost, not as "
            f"{named[:100]!r}. Add the name to TAGLOOP_ALLOWED_HOSTS if it is this machine's, or "
            "set TAGLOOP_AUTH=true."
        )
    if request.method not in SAFE_METHODS:
        refuse_other_sites(request)


def host_of(named: str) -> str | None:
    """Return the host in a Host header, in lower case; None if the header cannot be parsed."""
    found = HOST.fullmatch(named)
    return found["host"].lower() if found else None

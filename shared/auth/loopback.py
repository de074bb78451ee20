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
    """Refuse an address on which a server without keys must not listen.

    Raises:
        ConfigError: other machines could reach it, and no key would stop them.
    """
    if not auth and not is_loopback(host):
        raise ConfigError(
            f"Without keys, Tagloop listens on this machine only, but others can reach {host!r}. "
            "Set TAGLOOP_AUTH=true and make a key: tagloop keys create --scope admin"
        )


def refuse_strangers(request: Request, allowed_hosts: frozenset[str]) -> None:
    """Refuse a request that does not come from this machine's own programs and pages.

    A web page can have its reader's browser send requests to this machine, and read the answers
    once the page's own name resolves to 127.0.0.1 (DNS rebinding). The Host header gives that away;
    the browser's headers tell whether the page is ours.

    allowed_hosts: names of this machine besides localhost, in lower case.

    Raises:
        Forbidden: it comes from another machine, or perhaps from a page under another name.
        ForgedRequest: a page of another origin sent it.
    """
    # Checked for every request, because a server may be started in any way, and the name that it
    # listens on may mean any address. A request over a Unix socket has no address.
    if request.remote_addr and not is_loopback(request.remote_addr):
        raise Forbidden(
            "Without keys, Tagloop answers this machine only. Set TAGLOOP_AUTH=true for others."
        )
    named = request.headers.get("Host", "")
    host = host_of(named)
    if host is None or not (is_loopback(host) or host in allowed_hosts):
        raise Forbidden(
            f"Without keys, Tagloop answers only under the names 127.0.0.1 and localhost, not "
            f"{named[:100]!r}. Add the name to TAGLOOP_ALLOWED_HOSTS if it is this machine's, or "
            "set TAGLOOP_AUTH=true."
        )
    if request.method not in SAFE_METHODS:
        refuse_other_sites(request)


def host_of(named: str) -> str | None:
    """Return the host in a Host header, in lower case; None if the header cannot be parsed."""
    found = HOST.fullmatch(named)
    return found["host"].lower() if found else None

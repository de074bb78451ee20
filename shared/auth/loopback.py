"""Without keys, only this machine: where the stack may listen, and whom it answers."""

import ipaddress
from functools import lru_cache

from flask import Request

from shared.errors import ConfigError, Forbidden

NAMES = ("localhost",)
# What a browser says of a request that another site's page makes it send.
FOREIGN_PAGE = "cross-site"


# The same few hosts come with every request.
@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether a host, a name or an address without a port, is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in NAMES or host.endswith(".localhost")


def refuse_open_door(auth: bool, host: str) -> None:
    """Let a server listen where it may.

    Raises:
        ConfigError: others than this machine could reach it, and no key would stop them.
    """
    if not auth and not is_loopback(host):
        raise ConfigError(
            f"Without keys, Tagloop listens on this machine only, and {host!r} is more than that. "
            "Set TAGLOOP_AUTH=true and make a key: tagloop keys create --scope admin"
        )


def refuse_strangers(request: Request) -> None:
    """Let a request pass that comes from this machine's own programs.

    A web page can have its reader's browser send requests to this machine, and reads the answers
    once its own name means 127.0.0.1 (DNS rebinding). The first is told by what the browser says
    of the page, the second by the name in the request.

    Raises:
        Forbidden: it comes from another machine, or may be a web page's.
    """
    # However the server was started, and whatever a name that it listens on means. What comes by a
    # Unix socket has no address.
    if request.remote_addr and not is_loopback(request.remote_addr):
        raise Forbidden(
            "Without keys, only this machine is answered. Set TAGLOOP_AUTH=true to answer others."
        )
    host = request.host.rpartition(":")[0] if _has_port(request.host) else request.host
    # Names without a dot are of local networks: no web page is served under one.
    if not is_loopback(host) and ("." in host or ":" in host):
        raise Forbidden(
            f"Without keys, only this machine is answered, as 127.0.0.1 or localhost, not as "
            f"{host[:100]!r}. Set TAGLOOP_AUTH=true to answer others."
        )
    if request.headers.get("Sec-Fetch-Site") == FOREIGN_PAGE and request.method != "GET":
        raise Forbidden(
            "Without keys, the pages of other sites change nothing here. Set TAGLOOP_AUTH=true."
        )


def _has_port(host: str) -> bool:
    """An IPv6 address has colons as well, but ends with a bracket."""
    return ":" in host and not host.endswith("]")

"""The address that the web side listens on, and the one to reach it at from this machine."""

import ipaddress
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """The address that the web side listens on.

    host: a name or an address; IPv6 without brackets.
    """

    host: str
    port: int

    @property
    def bind(self) -> str:
        """Return the address as gunicorn takes it."""
        return f"{_in_url(self.host)}:{self.port}"

    @property
    def from_here(self) -> str:
        """Return the host to connect to from this machine."""
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return self.host
        if not address.is_unspecified:
            return self.host
        return LOOPBACK if address.version == 4 else "::1"

    @property
    def url(self) -> str:
        """Return the URL for people and programs on this machine."""
        return f"http://{_in_url(self.from_here)}:{self.port}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host

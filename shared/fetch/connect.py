"""Connect to an address that was checked, and to no other."""

import socket
from typing import Any

from urllib3.exceptions import HTTPError


def connect(connection: Any) -> socket.socket:
    """Return a socket for a urllib3 connection whose host is an address.

    urllib3 would resolve the address again, which could give another answer.

    Raises:
        HTTPError: the address cannot be reached, or does not answer in time.
    """
    family = socket.AF_INET6 if ":" in connection.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(connection.timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.connect((connection.host, connection.port))
    except OSError as error:
        made.close()
        raise HTTPError(f"No connection: {error}.") from error
    return made

"""Look up the addresses of a host within a time limit."""

import ipaddress
import socket
import threading
from queue import Empty, SimpleQueue

from shared.errors import OriginUnavailable
from shared.fetch.addresses import IPAddress


def resolve(host: str, port: int, seconds: float) -> list[IPAddress]:
    """Return all addresses of a host, in the system's order of preference.

    Raises:
        OriginUnavailable: it cannot be resolved now, or not within this time.
    """
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        pass
    if seconds <= 0:
        raise OriginUnavailable(f"There is no time left to resolve the host {host}.")
    answers: SimpleQueue[list[IPAddress] | OSError] = SimpleQueue()
    # The system's resolver takes no time limit, and may try for half a minute. The thread that is
    # left behind ends when the resolver gives up.
    threading.Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty as error:
        raise OriginUnavailable(
            f"The host {host} cannot be resolved: no answer in {seconds:.0f} seconds."
        ) from error
    if isinstance(found, OSError):
        reason = found.strerror or found
        raise OriginUnavailable(f"The host {host} cannot be resolved: {reason}.") from found
    return found


def _look_up(host: str, port: int, answers: "SimpleQueue[list[IPAddress] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put([ipaddress.ip_address(str(sockaddr[0])) for *_, sockaddr in found])
    except OSError as error:
        answers.put(error)

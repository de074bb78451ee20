"""Ask the web side whether it and the workers are ready."""

import http.client
import json
from http import HTTPStatus

from shared.errors import Stalled

REQUEST_TIMEOUT_SECONDS = 5.0


def is_ready(host: str, port: int) -> bool:
    """Return whether everything works."""
    return ask(host, port)[0] == HTTPStatus.OK


def is_stalled(host: str, port: int) -> bool:
    """Return whether pictures wait and none is being tagged."""
    _, document = ask(host, port)
    return document.get("title") == Stalled().title


def ask(host: str, port: int) -> tuple[int, dict[str, object]]:
    """Return status and document of /readyz; 0 and an empty document if nothing answers."""
    connection = http.client.HTTPConnection(host, port, timeout=REQUEST_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()

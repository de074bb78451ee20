"""Send requests, and wait for the answers longer than urllib3's three seconds."""

from typing import Any

import urllib3
from urllib3 import BaseHTTPResponse

# Other tests, or a picture that is being tagged, may keep the machine busy.
ANSWER_SECONDS = 60


def send(method: str, url: str, **options: Any) -> BaseHTTPResponse:
    """Send a request with the options of `urllib3.request`; return the response."""
    return urllib3.request(method, url, timeout=ANSWER_SECONDS, **options)

"""The least speed of a client, whichever way the bytes go."""

MIN_BYTES = 32 * 1024


class Pace:
    """How long a client may still keep the server waiting: so many seconds for each MIN_BYTES.

    Only waiting counts: what the server does with the bytes takes no time from the client.
    """

    def __init__(self, window_seconds: float) -> None:
        self._window_seconds = window_seconds
        self._bytes = 0
        self.seconds_left = window_seconds

    def count(self, bytes_through: int, waited_seconds: float) -> None:
        """Note what went through, and how long the server had to wait for it."""
        self.seconds_left -= waited_seconds
        self._bytes += bytes_through
        if self._bytes >= MIN_BYTES:
            self._bytes = 0
            self.seconds_left = self._window_seconds

"""The minimum speed of a client, in either direction."""

MIN_BYTES = 32 * 1024


class Pace:
    """How long a client may still keep the server waiting: a number of seconds per MIN_BYTES.

    Only waiting counts: the server's own processing takes no time from the client.
    """

    def __init__(self, window_seconds: float) -> None:
        self._window_seconds = window_seconds
        self._bytes = 0
        self.seconds_left = window_seconds

    def count(self, bytes_through: int, waited_seconds: float) -> None:
        """Record transferred bytes, and how long the server waited for them."""
        self.seconds_left -= waited_seconds
        self._bytes += bytes_through
        if self._bytes >= MIN_BYTES:
            self._bytes = 0
            self.seconds_left = self._window_seconds

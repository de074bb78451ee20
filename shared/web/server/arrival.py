"""Gather the beginning of a request before a thread works on it."""

import re

HEAD_END = b"\r\n\r\n"
LINE_END = b"\r\n"
MAX_HEAD_BYTES = 32 * 1024
# A thread begins with a request once its body is complete, if it is no larger than this. Only
# pictures may be larger.
PREFETCH_BYTES = 1024 * 1024
MAX_CHUNK_LINE_BYTES = 8 * 1024

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
_EXPECTS = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")


class Arrival:
    """The received part of a request. The server's own parser validates it later.

    received: all bytes. path: without the query, set once the head is complete. expects_continue:
    the client waits for "100 Continue" before it sends its body.
    """

    def __init__(self) -> None:
        self.received = bytearray()
        self.path = b""
        self.expects_continue = False
        self.is_whole = False
        self._head_bytes = 0
        self._searched = 0
        # Where the body ends, or its next chunk begins; None if unknown.
        self._end: int | None = 0
        self._is_chunked = False

    @property
    def has_head(self) -> bool:
        """Whether the head is complete."""
        return self._head_bytes > 0

    @property
    def is_too_long(self) -> bool:
        """Whether the head exceeds its limit."""
        return not self.has_head and len(self.received) > MAX_HEAD_BYTES

    @property
    def is_ready(self) -> bool:
        """Whether a thread can begin: the request is complete, or the buffer is full."""
        return self.is_whole or (
            self.has_head
            and (self._end is None or len(self.received) - self._head_bytes >= PREFETCH_BYTES)
        )

    def take(self, data: bytes) -> None:
        """Add received bytes."""
        self.received += data
        if not self.has_head:
            self._look_for_head()
        if self.has_head and not self.is_whole:
            self._look_for_end()

    def _look_for_head(self) -> None:
        found = self.received.find(HEAD_END, max(0, self._searched - len(HEAD_END)))
        self._searched = len(self.received)
        if found < 0:
            return
        self._head_bytes = found + len(HEAD_END)
        head = bytes(self.received[:found])
        words = head.partition(LINE_END)[0].split(b" ")
        self.path = words[1].partition(b"?")[0] if len(words) > 1 else b""
        self.expects_continue = _EXPECTS.search(head) is not None
        self._is_chunked = _CHUNKED.search(head) is not None
        length = _LENGTH.search(head)
        body_bytes = int(length[1]) if length and not self._is_chunked else 0
        self._end = self._head_bytes + body_bytes

    def _look_for_end(self) -> None:
        if self._is_chunked:
            self._pass_chunks()
        elif self._end is not None:
            self.is_whole = len(self.received) >= self._end

    def _pass_chunks(self) -> None:
        """Skip the received chunks; stop for good if one is malformed."""
        while self._end is not None and self._end < len(self.received):
            line_end = self.received.find(LINE_END, self._end)
            if line_end < 0:
                if len(self.received) - self._end > MAX_CHUNK_LINE_BYTES:
                    self._end = None
                return
            line = _CHUNK_LINE.fullmatch(self.received, self._end, line_end)
            if line is None:
                self._end = None
            elif (size := int(line[1], 16)) > 0:
                self._end = line_end + len(LINE_END) + size + len(LINE_END)
            else:
                # The last chunk: optional trailers and a blank line follow.
                self.is_whole = self.received.find(HEAD_END, line_end) >= 0
                return

"""The parts of a JPEG that its decoder needs: profile, scans, end."""

import re
from dataclasses import dataclass
from functools import cached_property

from shared.errors import DamagedPicture
from shared.pictures.headers.jpeg import FRAMES, PROGRESSIVE, SOS, Segment, segments
from shared.pictures.headers.source import MemorySource

APP0, APP2, APP14, COMMENT = 0xE0, 0xE2, 0xEE, 0xFE
APPLICATION = range(0xE0, 0xF0)
PROFILE_PREFIX = b"ICC_PROFILE\0"
# The prefix, then the part's number and the number of parts.
PROFILE_HEAD_BYTES = len(PROFILE_PREFIX) + 2
END = b"\xff\xd9"
ANY_END = re.compile(END)
SCAN_OR_END = re.compile(b"\xff[\xd9\xda]")
# Cameras and editors write ten. Each scan costs a pass over the whole picture, whatever its size.
MAX_SCANS = 100
# Twice ten scans of the largest picture accepted by default: a few seconds.
MAX_SCANNED_PIXELS = 2_000_000_000
# Most files have at most a few bytes of padding after the end.
TAIL_BYTES = 1024
# A shorter run of one byte may be picture data.
MIN_FILL_BYTES = 512


@dataclass(frozen=True)
class JpegFile:
    """A JPEG in memory and its segments up to the first scan."""

    data: memoryview
    segments: tuple[Segment, ...]

    @cached_property
    def profile(self) -> bytes | None:
        """The ICC profile, joined from its parts; None if parts are missing."""
        parts = {}
        for segment in self.segments:
            if segment.marker == APP2 and self._begins(segment, PROFILE_PREFIX):
                content = self._content(segment)
                parts[content[PROFILE_HEAD_BYTES - 2]] = bytes(content[PROFILE_HEAD_BYTES:])
        return b"".join(parts[number] for number in sorted(parts)) or None

    @cached_property
    def has_end(self) -> bool:
        """Whether the end of the picture is present; data after it is ignored."""
        if bytes(self.data[-TAIL_BYTES:]).rfind(END) >= 0:
            return True
        return ANY_END.search(self.data, self._scan_offset) is not None

    def check_scans(self) -> None:
        """Raise an error if decoding the scans would take more than seconds.

        Raises:
            DamagedPicture: there are too many for its size, or none.
        """
        if self._scan_offset >= len(self.data):
            raise DamagedPicture("The file ends before the pixels of the picture.")
        if not self._has_many_scans:
            return
        limit = min(MAX_SCANS, MAX_SCANNED_PIXELS // max(self._pixels, 1))
        further = SCAN_OR_END.finditer(self.data, self._scan_offset)
        for scans, found in enumerate(further, start=2):
            if found[0] == END:
                return
            if scans > limit:
                raise DamagedPicture(
                    f"The picture is a JPEG of more than {limit} scans, the most that "
                    "Tagloop decodes of one of its size; save it again as a baseline JPEG."
                )

    def without_fill(self) -> memoryview:
        """Return the file without the run of equal bytes that an aborted copy has at its end."""
        last = bytes(self.data[-1:])
        kept = len(bytes(self.data).rstrip(last))
        is_fill = len(self.data) - kept >= MIN_FILL_BYTES
        return self.data[: max(kept, self._scan_offset)] if is_fill else self.data

    def essential(self) -> bytes:
        """Return the file without metadata, which its decoder does not need."""
        kept = [self.data[:2]]
        for segment in self.segments:
            is_metadata = segment.marker in APPLICATION or segment.marker == COMMENT
            # These two define the encoding of colours.
            if not is_metadata or segment.marker in (APP0, APP14):
                kept.append(self.data[segment.offset - 4 : segment.offset + segment.size])
        if self.segments:
            kept.append(self.data[self.segments[-1].offset + self.segments[-1].size :])
        return b"".join(kept)

    @property
    def _scan_offset(self) -> int:
        scans = [segment for segment in self.segments if segment.marker == SOS]
        return scans[0].offset if scans else len(self.data)

    @property
    def _pixels(self) -> int:
        frames = [segment for segment in self.segments if segment.marker in FRAMES]
        content = self._content(frames[0]) if frames else memoryview(b"")
        return int.from_bytes(content[1:3], "big") * int.from_bytes(content[3:5], "big")

    @property
    def _has_many_scans(self) -> bool:
        """Whether the picture is progressive, or its first scan lacks some components."""
        components = 0
        for segment in self.segments:
            content = self._content(segment)
            if segment.marker in PROGRESSIVE:
                return True
            if segment.marker in FRAMES and len(content) > 5:
                components = content[5]
            if segment.marker == SOS:
                return bool(content) and content[0] < components
        return False

    def _content(self, segment: Segment) -> memoryview:
        return self.data[segment.offset : segment.offset + segment.size]

    def _begins(self, segment: Segment, prefix: bytes) -> bool:
        return bytes(self._content(segment)[: len(prefix)]) == prefix


def open_jpeg(data: memoryview) -> JpegFile:
    """Find the segments of a JPEG. Raises NotAPicture if they are malformed."""
    return JpegFile(data, tuple(segments(MemorySource(data))))

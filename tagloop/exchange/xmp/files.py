"""The XMP of a picture, wherever it is: in its sidecars or in the picture itself."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from tagloop.exchange.xmp.exiftool import ExifTool, read_embedded
from tagloop.exchange.xmp.packets.packet import Packet, UnusableXmp
from tagloop.exchange.xmp.report import XmpReport
from tagloop.exchange.xmp.sidecars import find_sidecars, new_sidecar, read_sidecar


class XmpFile(Protocol):
    """A file with XMP, as it was read. modified: its time in nanoseconds."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def packet(self) -> Packet:
        """Its XMP."""

    @property
    def modified(self) -> int:
        """The file's time in nanoseconds; 0 if it is not there yet."""

    def replace(self, packet: Packet | None) -> None:
        """Put other XMP in its place, or remove it. Raises UnusableXmp if that is impossible."""


class XmpFiles(ExitStack):
    """Finds the XMP of pictures; files that cannot be used are reported and left out.

    is_embedded: use the XMP in the pictures, not their sidecars. Raises UnusableXmp if ExifTool is
    needed and not installed.
    """

    def __init__(self, report: XmpReport, *, is_embedded: bool) -> None:
        super().__init__()
        self._report = report
        self.is_embedded = is_embedded
        self._tool = self.enter_context(ExifTool()) if is_embedded else None

    def of(self, picture: Path) -> Iterator[XmpFile]:
        """Yield the XMP that a picture has; a picture's own may be empty."""
        paths = [picture] if self._tool else find_sidecars(picture)
        for path in paths:
            try:
                yield read_embedded(self._tool, path) if self._tool else read_sidecar(path)
            except UnusableXmp as error:
                self._report.problem(path, str(error))

    def to_write(self, picture: Path) -> list[XmpFile]:
        """Return the files to write a picture's tags to: a new sidecar where it has none."""
        if not self._tool and not find_sidecars(picture):
            return [new_sidecar(picture)]
        return list(self.of(picture))

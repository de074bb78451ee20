"""XMP inside picture files, read and written by ExifTool, which has to be installed."""

import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tagloop.client.names import printable
from tagloop.exchange.xmp.packets.editing import EMPTY
from tagloop.exchange.xmp.packets.packet import Packet, UnusableXmp, read_packet

PROGRAM = "exiftool"
# ExifTool's own name for the file as it was before.
ORIGINAL_SUFFIX = "_original"
READY = b"{ready}\n"
WRITTEN = b"1 image files updated"
STOP_SECONDS = 10


class ExifTool:
    """An ExifTool process that stays open, because starting it takes longer than most files.

    Raises UnusableXmp if it is not installed, or ends.
    """

    def __init__(self) -> None:
        if not (program := shutil.which(PROGRAM)):
            raise UnusableXmp(
                "ExifTool is not on the PATH, and --embed needs it (Debian: apt-get install "
                "libimage-exiftool-perl)."
            )
        # A file, because a pipe that is not read while ExifTool writes would stop it.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            # Without its user's configuration, which can change what tags mean.
            [program, "-config", "", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def __enter__(self) -> "ExifTool":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(b"-stay_open\nFalse\n", timeout=STOP_SECONDS)
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def run(self, *arguments: str) -> bytes:
        """Run one command; return its output."""
        if any("\n" in argument for argument in arguments):
            raise UnusableXmp("ExifTool cannot take a name with a line break")
        assert self._process.stdin, "it is a pipe"
        assert self._process.stdout, "it is a pipe"
        lines = "".join(f"{argument}\n" for argument in (*arguments, "-execute"))
        output = bytearray()
        try:
            self._process.stdin.write(lines.encode(errors="surrogateescape"))
            self._process.stdin.flush()
            while not output.endswith(READY):
                line = self._process.stdout.readline()
                if not line:
                    raise UnusableXmp("ExifTool ended")
                output += line
        except OSError as error:
            raise UnusableXmp("ExifTool ended") from error
        return bytes(output[: -len(READY)])

    def last_error(self) -> str:
        """Return ExifTool's last error."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        return printable(next((line for line in reversed(lines) if line), "it did not say why"))


@dataclass(frozen=True, slots=True)
class EmbeddedXmp:
    """The XMP in a picture file."""

    path: Path
    packet: Packet
    modified: int
    tool: ExifTool

    def replace(self, packet: Packet | None) -> None:
        """Put other XMP in its place, or none; the file as it was stays as `NAME_original`.

        The picture itself and its time of change stay. Raises UnusableXmp if ExifTool cannot write
        the file.
        """
        file = str(self.path.absolute())
        if self.path.stat().st_mtime_ns != self.modified:
            raise UnusableXmp("another program has just written it; try again")
        if packet is None:
            answer = self.tool.run("-P", "-XMP:all=", file)
        else:
            with tempfile.NamedTemporaryFile(suffix=".xmp") as new:
                new.write(packet.encode())
                new.flush()
                answer = self.tool.run("-P", f"-XMP<={new.name}", file)
        if WRITTEN not in answer:
            raise UnusableXmp(f"ExifTool could not write it: {self.tool.last_error()}")


def read_embedded(tool: ExifTool, path: Path) -> EmbeddedXmp:
    """Read the XMP of a picture file; raises UnusableXmp as `read_packet` does."""
    data = tool.run("-b", "-XMP", str(path.absolute()))
    return EmbeddedXmp(path, read_packet(data or EMPTY), path.stat().st_mtime_ns, tool)

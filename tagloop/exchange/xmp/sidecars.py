"""Sidecars: which files hold a picture's XMP, and how they are replaced."""

import os
import stat
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tagloop.exchange.xmp.packets.editing import EMPTY
from tagloop.exchange.xmp.packets.packet import MAX_BYTES, Packet, UnusableXmp, read_packet
from tagloop.exchange.xmp.packets.reading import extension_of

SUFFIX = ".xmp"
NEW_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar as it was read. modified: its time in nanoseconds; 0 if it is not there yet."""

    path: Path
    packet: Packet
    modified: int

    def replace(self, packet: Packet | None) -> None:
        """Put another document in the sidecar's place, or delete it if packet is None.

        The old file stays whole until the new one is on disk. Raises UnusableXmp if it cannot be
        written, or another program wrote it since it was read.
        """
        # The file behind a link is meant, not the link.
        path = Path(os.path.realpath(self.path))
        try:
            if _modified(path) != self.modified:
                raise UnusableXmp("another program has just written it; try again")
            if packet is None:
                path.unlink()
            else:
                _write(path, packet.encode())
        except OSError as error:
            raise UnusableXmp(f"it cannot be written: {error.strerror}") from error


def find_sidecars(picture: Path) -> list[Path]:
    """Return the sidecars of a picture: `photo.jpg.xmp` and `photo.xmp`, where they exist.

    `photo.xmp` belongs to no picture in particular if there are several files of that name.
    """
    full, short = picture.with_name(picture.name + SUFFIX), picture.with_suffix(SUFFIX)
    found = [path for path in (full, short) if path.is_file()]
    if short in found and short != full and not _belongs(short, picture):
        found.remove(short)
    return found


def new_sidecar(picture: Path) -> Sidecar:
    """Return an empty sidecar for a picture, not on disk yet."""
    path = picture.with_name(picture.name + SUFFIX)
    return Sidecar(path, read_packet(EMPTY), 0)


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar; raises UnusableXmp if it cannot be read, or is read-only or not XMP."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableXmp(str(error.strerror)) from error
    # Respect the mode even as root: the owner wants the file unchanged.
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise UnusableXmp("it is read-only")
    return Sidecar(path, read_packet(data), status.st_mtime_ns)


def _write(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
            os.fchmod(descriptor, _mode_for(path))
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _mode_for(path: Path) -> int:
    """Return the mode of the file, or the default mode of a new file."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return NEW_MODE & ~mask


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _belongs(short: Path, picture: Path) -> bool:
    """Return whether `photo.xmp` belongs to this picture, not to another file of that name."""
    try:
        stated = extension_of(read_packet(short.read_bytes()))
    except (OSError, UnusableXmp):
        stated = ""
    if stated:
        return picture.suffix.lower() == f".{stated}"
    return _stems(picture.parent)[picture.stem] == 1


@lru_cache(maxsize=8)
def _stems(folder: Path) -> Counter[str]:
    """Count the files of a folder by name without extension, sidecars left out."""
    paths = (Path(name) for name in os.listdir(folder))  # noqa: PTH208 - names are enough
    return Counter(path.stem for path in paths if path.suffix.lower() != SUFFIX)

"""PNG: chunks up to the first one of pixels, skipping those that are not needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import NotAPicture, UnreadKind
from shared.pictures.headers.header import UPRIGHT, Header
from shared.pictures.headers.source import DAMAGED, Source
from shared.pictures.headers.tagged.exif import orientation_in_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The first directory, which has the orientation, is at the beginning.
MAX_EXIF_BYTES = 64 * 1024
MAX_CHUNK_BYTES = 2**31 - 1


@dataclass(frozen=True)
class PngChunk:
    """A chunk, with the offset and size of its content in bytes."""

    kind: bytes
    offset: int
    size: int


def read_png(source: Source) -> Header:
    """Read the header of a PNG. Raises NotAPicture, UnreadKind."""
    orientation: int | None = None
    size: tuple[int, int] | None = None
    for chunk in chunks(source):
        if chunk.kind == b"CgBI":
            raise UnreadKind(
                "The picture is a PNG that Xcode changed for iPhones (CgBI), which only Apple's "
                "systems read; send the PNG that it was made from."
            )
        if size is None:
            if chunk.kind != b"IHDR":
                raise NotAPicture(DAMAGED)
            content = source.need(chunk.offset, 8)
            size = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:], "big")
        elif chunk.kind == b"eXIf" and orientation is None:
            exif = source.read(chunk.offset, min(chunk.size, MAX_EXIF_BYTES))
            orientation = orientation_in_exif(exif)
    if size is None:
        raise NotAPicture(DAMAGED)
    return Header("PNG", *size, orientation or UPRIGHT)


def chunks(source: Source) -> Iterator[PngChunk]:
    """Yield the chunks of a PNG before its pixels.

    Raises:
        NotAPicture: one is malformed, or there are too many.
    """
    place = len(SIGNATURE)
    while head := source.read(place, 8):
        chunk = PngChunk(head[4:], place + 8, int.from_bytes(head[:4], "big"))
        if chunk.kind in (b"IDAT", b"IEND"):
            return
        if chunk.size > MAX_CHUNK_BYTES or not chunk.kind.isalpha() or len(chunk.kind) < 4:
            raise NotAPicture(DAMAGED)
        yield chunk
        place = chunk.offset + chunk.size + 4

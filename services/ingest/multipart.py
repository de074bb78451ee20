"""Reads multipart bodies part by part: one file in memory at a time, however many are sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from shared.errors import BadRequest

CHUNK_BYTES = 64 * 1024
# Larger files go through the disk.
IN_MEMORY_BYTES = 1024 * 1024
FIELD_BYTES = 64 * 1024
# What has to be kept until it can be told what it is: a part's headers, or what precedes the parts.
HEADER_BYTES = 256 * 1024


@dataclass(frozen=True)
class FormField:
    """A part that is no file."""

    name: str
    value: str


@dataclass(frozen=True)
class UploadedFile:
    """A part that is a file, or its beginning.

    content is valid until the next part is asked for; complete is False where the file is larger
    than the limit, and the content stops there.
    """

    name: str
    filename: str | None
    content: BinaryIO
    complete: bool


class Decoder(MultipartDecoder):
    """Takes file names in any encoding; werkzeug refuses the body for one that is not UTF-8.

    And keeps no more than HEADER_BYTES, where werkzeug keeps all until a part's headers have ended.
    """

    def receive_data(self, data: bytes | None) -> None:
        """Raises ValueError where the headers of a part don't end."""
        if len(self.buffer) + len(data or b"") > HEADER_BYTES:
            raise ValueError(f"no part begins within {HEADER_BYTES:,} bytes")
        super().receive_data(data)

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        return super()._parse_headers(data.decode(errors="replace").encode())


def read_parts(
    stream: BinaryIO, boundary: bytes, max_file_bytes: int, max_parts: int
) -> Iterator[FormField | UploadedFile]:
    """The parts of a multipart/form-data body, in their order.

    Raises:
        BadRequest: the body is malformed or has too many parts, or a field is too long.
    """
    decoder = Decoder(boundary, max_parts=max_parts)
    events = _events(decoder, stream)
    for event in events:
        if isinstance(event, Field):
            yield FormField(event.name, _read_field(events, event.name))
        elif isinstance(event, File):
            with cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES)) as content:
                complete = _read_file(events, content, max_file_bytes)
                content.seek(0)
                yield UploadedFile(event.name, event.filename, content, complete)


def _events(decoder: MultipartDecoder, stream: BinaryIO) -> Iterator[Event]:
    try:
        while True:
            event = decoder.next_event()
            if isinstance(event, Epilogue):
                return
            if isinstance(event, NeedData):
                _feed(decoder, stream)
            else:
                yield event
    except RequestEntityTooLarge as error:
        raise BadRequest("The request has too many parts.") from error
    except ValueError as error:
        raise BadRequest(f"The multipart body is malformed: {error}.") from error


def _feed(decoder: MultipartDecoder, stream: BinaryIO) -> None:
    decoder.receive_data(stream.read(CHUNK_BYTES) or None)
    # Where a chunk ends between the two dashes that end a body, werkzeug 3.1 would take the line
    # break before the boundary for the last byte of the file.
    if decoder.buffer.endswith(b"--" + decoder.boundary + b"-") and (dash := stream.read(1)):
        decoder.receive_data(dash)


def _read_field(events: Iterator[Event], name: str) -> str:
    value = bytearray()
    for event in events:
        if isinstance(event, Data):
            value += event.data
            if len(value) > FIELD_BYTES:
                raise BadRequest(f"The field {name!r} has more than {FIELD_BYTES:,} bytes.")
            if not event.more_data:
                break
    return value.decode(errors="replace")


def _read_file(events: Iterator[Event], content: BinaryIO, max_bytes: int) -> bool:
    size = 0
    for event in events:
        if isinstance(event, Data):
            size += len(event.data)
            if size <= max_bytes:
                content.write(event.data)
            if not event.more_data:
                break
    return size <= max_bytes

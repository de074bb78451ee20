"""Read multipart bodies part by part, with only one file in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from shared.errors import BadRequest
from shared.web.requests.gathering import CHUNK_BYTES, gather
from shared.web.uploads.filenames import EXTENDED, decode_words, extended_filename

FIELD_BYTES = 64 * 1024
# Long file names are shortened later; the parser's own limit would refuse their files.
HEADER_BYTES = 64 * 1024
# Decodes every byte, so that a file is accepted whatever the encoding of its name.
HEADER_CHARSET = "latin-1"

# The parser yields the head of a part, pieces of its content, and None at its end.
Events = Iterator[MultipartSegment | bytes | None]


@dataclass(frozen=True)
class FormField:
    """A part that is not a file."""

    name: str
    value: str


@dataclass(frozen=True)
class UploadedFile:
    """A part that is a file, or the beginning of one.

    content is valid until the next part is read; complete is False if the file is larger than the
    limit, where the content ends.
    """

    name: str
    filename: str
    content: BinaryIO
    complete: bool


def read_parts(
    stream: BinaryIO,
    boundary: bytes,
    max_file_bytes: int,
    max_parts: int,
    *,
    max_field_bytes: int = FIELD_BYTES,
) -> Iterator[FormField | UploadedFile]:
    """Yield the parts of a multipart/form-data body, in order.

    Raises:
        BadRequest: the body is malformed or has too many parts, or a field is too long.
    """
    try:
        parser = PushMultipartParser(
            boundary,
            max_header_size=HEADER_BYTES,
            max_segment_count=max_parts,
            header_charset=HEADER_CHARSET,
        )
        events = parser.parse_blocking(stream.read, CHUNK_BYTES)
        for event in events:
            # Each part is read to its end below, so the next event is the head of another part.
            head = cast(MultipartSegment, event)
            name = _as_utf8(head.name or "")
            filename = _read_filename(head)
            if filename is None:
                yield FormField(name, _read_field(events, name, max_field_bytes))
                continue
            content, complete = gather(_content(events), max_file_bytes)
            with content:
                _refuse_swallowed(content, boundary)
                yield UploadedFile(name, filename, content, complete)
    except ParserLimitReached as error:
        raise BadRequest(f"The request has too many parts, or headers in one: {error}.") from error
    except MultipartError as error:
        raise BadRequest(f"The multipart body is malformed: {error}.") from error


def _read_filename(head: MultipartSegment) -> str | None:
    """Return a part's file name, from `filename*` or else `filename`; None if it is not a file."""
    disposition = head.header("Content-Disposition", "")
    plain = None if head.filename is None else decode_words(_as_utf8(head.filename))
    extended = extended_filename(disposition)
    if extended is None and plain is None and EXTENDED in disposition.lower():
        return ""
    return extended or plain


def _read_field(events: Events, name: str, max_bytes: int) -> str:
    value = bytearray()
    for data in _content(events):
        value += data
        if len(value) > max_bytes:
            raise BadRequest(f"The field {name!r} has more than {max_bytes:,} bytes.")
    return value.decode(errors="replace")


def _content(events: Events) -> Iterator[bytes]:
    """Yield the content of a part, up to its end."""
    for event in events:
        if event is None:
            return
        yield cast(bytes, event)


def _refuse_swallowed(content: BinaryIO, boundary: bytes) -> None:
    """Refuse a file that begins with the boundary, and rewind other files.

    By the standard, a part without content may end with the blank line after its headers. This
    parser, like most, takes what follows for content, so the next part would be lost silently.
    """
    delimiter = b"--" + boundary
    if content.read(len(delimiter)) == delimiter:
        raise BadRequest(
            "The multipart body is malformed: an empty part needs a line break of its own before "
            "the next boundary."
        )
    content.seek(0)


def _as_utf8(header: str) -> str:
    return header.encode(HEADER_CHARSET).decode(errors="replace")

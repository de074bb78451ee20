"""Multipart bodies are read part by part, however the network splits them."""

import contextlib
import io
import tracemalloc
from collections.abc import Callable, Sequence
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.web.uploads.multipart import FIELD_BYTES, FormField, UploadedFile, read_parts

BOUNDARY = b"cut-here"
MANY = 1000
LIMIT = 10_000
LONG_BYTES = 16 * 1024 * 1024

# Contents that look like the boundary are what parsers trip over.
contents = (
    st.lists(
        st.sampled_from([b"\r\n", b"--", BOUNDARY, b"--cut-her", b"\r\n--cut-here", b"\x00", b"x"])
        | st.binary(max_size=200),
        max_size=12,
    )
    .map(b"".join)
    .filter(lambda content: b"\r\n--" + BOUNDARY not in b"\r\n" + content)
)
names = st.text(st.sampled_from("abcdefghij_0123456789äß€"), min_size=1, max_size=20)
parts = st.tuples(names, st.none() | names, contents)


class Cut:
    """A stream that returns its bytes in pieces of the given sizes, then all of the rest."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body = io.BytesIO(body)
        self._sizes = iter(sizes)

    def read(self, limit: int) -> bytes:
        return self._body.read(min(limit, next(self._sizes, limit)))


def body_of(sent: Sequence[tuple[str, str | None, bytes]]) -> bytes:
    body = b""
    for name, filename, content in sent:
        disposition = f'form-data; name="{name}"'
        if filename is not None:
            disposition += f'; filename="{filename}"'
        header = f"Content-Disposition: {disposition}\r\n\r\n".encode()
        body += b"--" + BOUNDARY + b"\r\n" + header + content + b"\r\n"
    return body + b"--" + BOUNDARY + b"--\r\n"


def read(stream: object, max_file_bytes: int = LIMIT, max_parts: int = MANY) -> list[tuple]:
    """Return parts as tuples; a file is (name, filename, content, complete)."""
    found: list[tuple] = []
    for part in read_parts(cast(BinaryIO, stream), BOUNDARY, max_file_bytes, max_parts):
        match part:
            case FormField(name, value):
                found.append((name, value))
            case UploadedFile(name, filename, content, complete):
                found.append((name, filename, content.read(), complete))
    return found


@given(st.lists(parts, max_size=5), st.lists(st.integers(1, 80)))
def test_a_form_arrives_whole_however_it_is_split(
    sent: list[tuple[str, str | None, bytes]], sizes: list[int]
) -> None:
    expected = [
        (name, content.decode(errors="replace"))
        if filename is None
        else (name, filename, content, True)
        for name, filename, content in sent
    ]

    assert read(Cut(body_of(sent), sizes)) == expected


@given(st.binary(max_size=300) | contents, st.lists(st.integers(1, 40)))
def test_any_other_bytes_are_read_or_refused(body: bytes, sizes: list[int]) -> None:
    with contextlib.suppress(BadRequest):
        read(Cut(b"--" + BOUNDARY + b"\r\n" + body, sizes))


def test_only_the_beginning_of_a_file_over_the_limit_is_kept_and_the_next_one_arrives() -> None:
    sent = [("file", "large.jpg", b"x" * 200_000), ("file", "small.jpg", b"y" * 10)]

    large, small = read(io.BytesIO(body_of(sent)), max_file_bytes=1000)

    assert large[3] is False
    assert len(large[2]) <= 1000
    assert small == ("file", "small.jpg", b"y" * 10, True)


def test_a_file_of_exactly_the_maximum_size_is_complete() -> None:
    [file] = read(io.BytesIO(body_of([("file", "a.jpg", b"x" * 1000)])), max_file_bytes=1000)

    assert file == ("file", "a.jpg", b"x" * 1000, True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-20],
        lambda body: body[:30],
        lambda body: b"",
        lambda body: body.replace(b"Content-Disposition", b"Content-Type"),
        lambda body: b"no multipart at all",
    ],
    ids=["cut short", "cut in a header", "empty", "without a disposition", "something else"],
)
def test_a_malformed_body_is_a_bad_request(damage: Callable[[bytes], bytes]) -> None:
    body = body_of([("file", "a.jpg", b"x" * 1000)])

    with pytest.raises(BadRequest, match="malformed"):
        read(io.BytesIO(damage(body)))


def test_a_form_part_that_contains_the_next_one_is_refused() -> None:
    whole = body_of([("file", "empty.jpg", b""), ("file", "next.jpg", b"picture")])

    with pytest.raises(BadRequest, match="an empty part needs a line break"):
        read(io.BytesIO(whole.replace(b"\r\n\r\n\r\n--", b"\r\n\r\n--")))


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(BadRequest, match="too many parts"):
        read(io.BytesIO(body_of([("a", None, b"1")] * 6)), max_parts=5)


def test_a_field_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadRequest, match="'metadata' has more than"):
        read(io.BytesIO(body_of([("metadata", None, b"x" * (FIELD_BYTES + 1))])))


def test_a_file_name_in_another_encoding_does_not_keep_its_file_out() -> None:
    body = body_of([("file", "a.jpg", b"picture")]).replace(b"a.jpg", b"B\xe4r.jpg")

    [file] = read(io.BytesIO(body))

    assert file[2] == b"picture"


def test_a_long_file_name_does_not_keep_its_file_out() -> None:
    [file] = read(io.BytesIO(body_of([("file", "x" * 50_000, b"picture")])))

    assert file[2] == b"picture"


class Long:
    """A stream that returns the same bytes for a long time."""

    def __init__(self, start: bytes) -> None:
        self._start = start
        self._left = LONG_BYTES

    def read(self, limit: int) -> bytes:
        piece, self._start = self._start or b"a" * min(limit, self._left), b""
        self._left -= len(piece)
        return piece


@pytest.mark.parametrize("start", [b"a", b"--cut-here\r\nX-Header: "])
def test_text_outside_of_parts_is_not_kept(start: bytes) -> None:
    tracemalloc.start()

    with pytest.raises(BadRequest):
        list(read_parts(cast(BinaryIO, Long(start)), BOUNDARY, LIMIT, MANY))

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < LONG_BYTES / 4

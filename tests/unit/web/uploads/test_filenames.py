"""Names of files arrive as their owner wrote them."""

import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.uploads.filenames import clean_filename
from shared.web.uploads.multipart import UploadedFile, read_parts
from tagloop.client.names import header_file_name

KEPT = [
    "Screenshot 2026-11-26 at 9.41.00\N{NARROW NO-BREAK SPACE}AM.jpg",
    "写真\N{IDEOGRAPHIC SPACE}猫.jpg",
    "zoo 👨\N{ZERO WIDTH JOINER}👩\N{ZERO WIDTH JOINER}👧.jpg",
    "Photo n°\N{NO-BREAK SPACE}12.jpg",
    "می\N{ZERO WIDTH NON-JOINER}خواهم.jpg",
    "חתול\N{RIGHT-TO-LEFT MARK}.jpg",
    "co\N{SOFT HYPHEN}op.jpg",
    "\U0001fa77 newer than this Python.jpg",
    "AC\\DC live.jpg",
    'say "cheese".jpg',
    "100% & more; a=b.jpg",
    "=odd= ?name?.jpg",
    "x" * 251 + ".jpg",
]


def arrive(disposition: bytes) -> str | None:
    """Return the name that a part with this header gets; None if it is no file."""
    head = b"Content-Disposition: form-data; name=file" + disposition
    body = b"--cut\r\n" + head + b"\r\n\r\nx\r\n--cut--\r\n"
    (part,) = read_parts(BytesIO(body), b"cut", 100, 10)
    return clean_filename(part.filename) if isinstance(part, UploadedFile) else None


def send_by_client(name: bytes) -> str | None:
    return arrive(b'; filename="%s"' % header_file_name(os.fsdecode(b"/some/where/" + name)))


@pytest.mark.parametrize("name", KEPT)
def test_a_name_is_kept_as_it_is(name: str) -> None:
    assert clean_filename(name) == name
    assert send_by_client(name.encode()) == name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("two\nlines.jpg", "twolines.jpg"),
        ("\x1b[31mred\x7f.jpg", "[31mred.jpg"),
        ("cafe\N{COMBINING ACUTE ACCENT}.jpg", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.jpg"),
        ("é" * 300, "é" * 255),
    ],
)
def test_control_characters_go_and_accents_are_composed(sent: str, kept: str) -> None:
    assert clean_filename(sent) == kept
    assert send_by_client(sent.encode()) == kept


@pytest.mark.parametrize(
    "path", ["C:\\Users\\ada\\cat.jpg", "\\\\nas\\photos\\cat.jpg", "a/b/cat.jpg", "../cat.jpg"]
)
def test_the_last_part_of_a_path_is_kept(path: str) -> None:
    assert clean_filename(path) == "cat.jpg"


@pytest.mark.parametrize("name", ["", "/", "\n", None])
def test_an_empty_text_is_no_name(name: str | None) -> None:
    assert clean_filename(name) is None


def test_only_bytes_that_are_not_utf8_are_replaced() -> None:
    assert send_by_client(b"inv\xff\xe9.jpg") == "inv��.jpg"


@pytest.mark.parametrize(
    "disposition",
    [
        b"; filename*=utf-8''caf%C3%A9.jpg",
        b"; filename*=UTF-8'fr'caf%c3%a9.jpg",
        b"; FileName*=\"utf-8''caf%C3%A9.jpg\"",
        b"; filename*=iso-8859-1''caf%E9.jpg",
        b"; filename=cafe.jpg; filename*=utf-8''caf%C3%A9.jpg",
        b"; filename*=utf-8''caf%C3%A9.jpg; filename=cafe.jpg",
        b"; filename=\"=?utf-8?B?Y2Fmw6kuanBn?=\"; filename*=utf-8''caf%C3%A9.jpg",
        b'; filename="=?utf-8?B?Y2Fmw6kuanBn?="',
        b'; filename="=?utf-8?Q?caf=C3=A9.jpg?="',
    ],
)
def test_an_extended_name_is_read_in_every_form(disposition: bytes) -> None:
    assert arrive(disposition) == "café.jpg"


@pytest.mark.parametrize("extended", [b"nonsense''x", b"utf-8''%FF", b"utf-8", b"''"])
def test_the_plain_name_is_used_where_the_extended_one_is_invalid(extended: bytes) -> None:
    assert arrive(b"; filename=plain.jpg; filename*=" + extended) == "plain.jpg"


def test_an_extended_name_makes_a_part_a_file_even_if_it_is_invalid() -> None:
    (part,) = read_parts(
        BytesIO(
            b"--cut\r\nContent-Disposition: form-data; name=file; filename*=utf-8''%FF\r\n\r\nx"
            b"\r\n--cut--\r\n"
        ),
        b"cut",
        100,
        10,
    )

    assert isinstance(part, UploadedFile)


def test_text_in_a_plain_name_that_looks_extended_is_part_of_it() -> None:
    name = b"; filename=\"x; filename*=utf-8''y.jpg\""

    assert arrive(name) == "x; filename*=utf-8''y.jpg"


@given(st.text(min_size=1, max_size=40))
def test_the_result_is_short_and_has_no_control_characters(name: str) -> None:
    cleaned = clean_filename(name) or ""

    assert len(cleaned) <= 255
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in cleaned)
    assert clean_filename(cleaned) in (cleaned, None)

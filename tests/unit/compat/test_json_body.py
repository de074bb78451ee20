"""JSON with pictures in it is read like any JSON, without copying the pictures."""

import base64
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compat.requests.json_body import (
    LongText,
    NotJson,
    decode_base64,
    parse_json_object,
)
from shared.errors import BadRequest

MEBIBYTE = 1024 * 1024
LONG_PICTURE = bytes(range(256)) * 40

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("\x00tagloop:0"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)


def parse(document: Any) -> dict[str, Any]:
    return parse_json_object(bytearray(json.dumps(document).encode()))


@given(st.dictionaries(st.text(max_size=9), JSON_VALUES))
def test_json_without_pictures_is_read_as_any(document: dict[str, Any]) -> None:
    assert parse(document) == document


@given(st.binary(max_size=3000), st.sampled_from(["", "data:image/jpeg;base64,"]), st.booleans())
def test_a_picture_is_decoded(picture: bytes, prefix: str, is_escaped: bool) -> None:
    text = prefix + base64.b64encode(picture).decode()
    body = json.dumps({"a": [{"image": text}], "b": "x"})
    if is_escaped:
        # As PHP writes JSON.
        body = body.replace("/", "\\/")

    found = parse_json_object(bytearray(body.encode()))

    assert decode_base64(found["a"][0]["image"]) == picture
    assert found["b"] == "x"


def test_other_spellings_of_base64_are_read() -> None:
    plain = base64.b64encode(LONG_PICTURE).decode()
    lines = "\n".join(plain[at : at + 76] for at in range(0, len(plain), 76))
    url = base64.urlsafe_b64encode(LONG_PICTURE).decode().rstrip("=")

    for text in (plain, lines, url):
        assert decode_base64(parse({"image": text})["image"]) == LONG_PICTURE


@pytest.mark.parametrize("value", [None, 3, ["a"], {}, "é", "a?b", "=" * 2000, "abcd=" * 1000])
def test_invalid_base64_is_refused(value: object) -> None:
    with pytest.raises(BadRequest):
        decode_base64(parse({"image": value})["image"])


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b"\xff{}", b'{"a": %b}' % (b"[" * 200)])
def test_json_that_is_not_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json_object(bytearray(body))


def test_a_large_picture_is_decoded_without_copies_of_its_text() -> None:
    picture = bytes(5 * MEBIBYTE)
    body = bytearray(json.dumps({"Image": {"Bytes": base64.b64encode(picture).decode()}}).encode())

    tracemalloc.start()
    found = parse_json_object(body)
    assert isinstance(found["Image"]["Bytes"], LongText)
    decoded = decode_base64(found["Image"]["Bytes"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert decoded == picture
    # The picture itself, for which the decoder reserves a third more than it needs at most.
    assert peak < 1.4 * len(picture)


def test_a_million_short_strings_are_read() -> None:
    body = bytearray(b'{"a": [%b ""]}' % (b'"", ' * MEBIBYTE))

    assert len(parse_json_object(body)["a"]) == MEBIBYTE + 1

"""Cursors: opaque to callers, checked when they come back."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.web.cursors import decode_cursor, decode_image_cursor, encode_cursor

positions = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(positions)
def test_a_position_survives_its_cursor(position: str) -> None:
    assert decode_cursor(encode_cursor(position)) == position


@given(st.uuids())
def test_an_image_survives_its_cursor(image_id: UUID) -> None:
    assert decode_image_cursor(encode_cursor(str(image_id))) == image_id


@given(positions)
def test_a_cursor_needs_no_escaping_in_a_url(position: str) -> None:
    cursor = encode_cursor(position)

    assert all(
        character.isascii() and (character.isalnum() or character in "-_") for character in cursor
    )


@given(st.text(st.characters(codec=None)))
def test_any_text_is_a_position_or_a_bad_request(text: str) -> None:
    try:
        position = decode_cursor(text)
    except BadRequest:
        return
    assert "\x00" not in position
    position.encode()


@pytest.mark.parametrize(
    "cursor",
    [
        "!",
        "a",
        "%00",
        encode_cursor("golden-retriever"),
        encode_cursor("5"),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"a\x00b").decode(),
        "x" * 100_000,
    ],
)
def test_what_is_no_cursor_of_images_is_refused_in_a_short_sentence(cursor: str) -> None:
    with pytest.raises(BadRequest, match="malformed") as refused:
        decode_image_cursor(cursor)

    assert len(str(refused.value)) < 250

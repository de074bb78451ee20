"""Cursors: opaque to callers, checked when they are sent back."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.web.requests.cursors import cut_page, decode_cursor, decode_id_cursor, encode_cursor

positions = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


@given(positions)
def test_a_cursor_gives_its_position_back(position: str) -> None:
    assert decode_cursor(encode_cursor(position)) == position


@given(st.uuids())
def test_a_cursor_gives_its_id_back(row_id: UUID) -> None:
    assert decode_id_cursor(encode_cursor(str(row_id))) == row_id


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
def test_an_invalid_cursor_is_refused_in_a_short_sentence(cursor: str) -> None:
    with pytest.raises(BadRequest, match="malformed") as refused:
        decode_id_cursor(cursor)

    assert len(str(refused.value)) < 250


@given(st.lists(st.integers()), st.integers(1, 10))
def test_a_page_ends_where_its_cursor_says(rows: list[int], limit: int) -> None:
    page, cursor = cut_page(rows, limit, lambda row: row)

    assert page == rows[:limit]
    assert cursor == (encode_cursor(str(page[-1])) if len(rows) > limit else None)

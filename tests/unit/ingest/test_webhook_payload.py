"""Reading untrusted JSON."""

import pytest

from services.ingest.webhooks.payload import read_json, read_json_object
from shared.errors import BadRequest

NESTED = 50_000


def test_an_object_is_read() -> None:
    assert read_json_object(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", "{} {}", b'{"a": }', b"[" * NESTED, b'{"a":' * NESTED],
    ids=["empty", "open", "no text", "two", "no value", "deep lists", "deep objects"],
)
def test_invalid_or_too_deep_json_is_refused(body: bytes | str) -> None:
    with pytest.raises(BadRequest, match="JSON"):
        read_json(body)


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null"])
def test_json_that_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(BadRequest, match="JSON object"):
        read_json_object(body)

"""Read JSON with pictures in it, as base64, without copying them.

A picture of 5 MB is 7 MB of base64. Parsed as usual, it would be in memory as bytes, as text, as
the parsed string and decoded. Here long strings stay where they are in the body until decoded.
"""

import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from services.compat.requests.body import read_body
from shared.errors import BadRequest
from shared.web.requests.json_depth import MAX_DEPTH, is_too_deep

# Strings of at least this length that can only be base64, perhaps as a data: URL. JSON writers may
# escape slashes and line breaks. What a quote begins is only read if no other quote is near, so
# every byte is looked at twice at most.
MIN_LONG = 1024
_LONG = re.compile(
    rb'"(?=[^"]{%d})(?:data:[\w.+/;=-]*;base64,)?((?:[A-Za-z0-9+/=_-]++|\\[/nr])*+)"' % MIN_LONG
)
_DATA_URL = re.compile(r"data:[\w.+/;=-]*;base64,")
_PLACEHOLDER = "\x00tagloop:"
_BLANKS = str.maketrans("", "", " \t\r\n")


class NotJson(BadRequest):
    """The body is not valid JSON."""


@dataclass(frozen=True)
class LongText:
    """A long string of base64, as a part of the body."""

    body: bytearray
    start: int
    end: int


def read_json_object() -> dict[str, Any]:
    """Return the body of the current request, a JSON object, with each long string as `LongText`.

    Raises:
        NotJson: it is not a JSON object, or is nested too deeply.
        BodyTooLarge: it is larger than a body of JSON may be.
    """
    return parse_json_object(read_body())


def parse_json_object(body: bytearray) -> dict[str, Any]:
    """Return a JSON object with each long string of base64 as `LongText`.

    Raises:
        NotJson: it is not a JSON object, or is nested too deeply.
    """
    short, texts = _cut_out(body)
    try:
        text = short.decode("utf-8-sig")
        if is_too_deep(text):
            raise NotJson(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"The body is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise NotJson("The body has to be a JSON object.")
    return {name: _put_back(member, texts) for name, member in value.items()}


def decode_base64(value: object) -> bytes:
    """Return the bytes of a string of base64, plain or as a data: URL.

    Raises:
        BadRequest: it is not a string, or not base64.
    """
    if isinstance(value, LongText):
        text = memoryview(value.body)[value.start : value.end]
        if value.body.find(b"\\", value.start, value.end) < 0:
            return _decode(text)
        value = json.loads(b'"%b"' % bytes(text))
    if not isinstance(value, str):
        raise BadRequest("The picture has to be a string of base64.")
    found = _DATA_URL.match(value)
    plain = value[found.end() if found else 0 :].translate(_BLANKS)
    return _decode(memoryview(plain.encode(errors="replace")))


def _decode(text: memoryview) -> bytes:
    try:
        if len(text) % 4:
            return binascii.a2b_base64(bytes(text) + b"=" * (-len(text) % 4), strict_mode=True)
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        pass
    # The alphabet of URLs (RFC 4648, section 5), which some writers of JSON use.
    plain = bytes(text).translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
    except binascii.Error as error:
        raise BadRequest(f"The picture is not valid base64: {error}.") from error


def _cut_out(body: bytearray) -> tuple[bytearray, list[LongText]]:
    """Return the JSON with a placeholder for each long string, and these strings."""
    texts: list[LongText] = []
    short = bytearray()
    position = 0
    for found in _LONG.finditer(body):
        start, end = found.span()
        short += body[position:start]
        short += json.dumps(f"{_PLACEHOLDER}{len(texts)}").encode()
        texts.append(LongText(body, *found.span(1)))
        position = end
    short += body[position:]
    return short, texts


def _put_back(value: Any, texts: list[LongText]) -> Any:
    if isinstance(value, str) and value.startswith(_PLACEHOLDER):
        number = value.removeprefix(_PLACEHOLDER)
        is_ours = number.isascii() and number.isdigit() and len(number) < 9
        return texts[int(number)] if is_ours and int(number) < len(texts) else value
    if isinstance(value, list):
        return [_put_back(item, texts) for item in value]
    if isinstance(value, dict):
        return {name: _put_back(member, texts) for name, member in value.items()}
    return value

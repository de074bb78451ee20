"""JSON of strangers: read without trusting its shape."""

import json
from typing import Any

from shared.errors import BadRequest
from shared.web.requests.json_depth import MAX_DEPTH, is_too_deep


def read_json(body: bytes | str) -> Any:
    """The value of a JSON text.

    Raises:
        BadRequest: it is none, or is nested too deeply.
    """
    text = body if isinstance(body, str) else body.decode(errors="replace")
    if is_too_deep(text):
        raise BadRequest(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    try:
        return json.loads(body)
    except ValueError as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error


def read_json_object(body: bytes | str) -> dict[str, Any]:
    """The JSON object of a text.

    Raises:
        BadRequest: it is none.
    """
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadRequest("The body has to be a JSON object.")
    return value


def member(value: object, *path: str) -> Any:
    """What lies at the end of a path of names; None where the path breaks off."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: object, *path: str) -> str:
    """The text at the end of a path of names.

    Raises:
        BadRequest: there is none, or it has characters that no database keeps.
    """
    found = optional_text(value, *path)
    if found is None:
        raise BadRequest(f"The body has no text at {'.'.join(path)}.")
    return found


def optional_text(value: object, *path: str) -> str | None:
    """The text at the end of a path of names, or None where there is none.

    Raises:
        BadRequest: it has characters that no database keeps.
    """
    found = member(value, *path)
    if not isinstance(found, str) or not found:
        return None
    if "\0" in found or any("\ud800" <= character <= "\udfff" for character in found):
        raise BadRequest(f"The text at {'.'.join(path)} has a NUL or half a character in it.")
    return found


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}

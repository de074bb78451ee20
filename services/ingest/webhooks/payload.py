"""Read untrusted JSON without relying on its structure."""

import json
from typing import Any

from shared.errors import BadRequest
from shared.web.requests.json_depth import MAX_DEPTH, is_too_deep


def read_json(body: bytes | str) -> Any:
    """Return the value of a JSON text.

    Raises:
        BadRequest: it is not JSON, or is nested too deeply.
    """
    text = body if isinstance(body, str) else body.decode(errors="replace")
    if is_too_deep(text):
        raise BadRequest(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    try:
        return json.loads(body)
    except ValueError as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error


def read_json_object(body: bytes | str) -> dict[str, Any]:
    """Return the value of a JSON text that has to be an object.

    Raises:
        BadRequest: it is not a JSON object.
    """
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadRequest("The body has to be a JSON object.")
    return value


def member(value: object, *path: str) -> Any:
    """Return the value at a path of names; None if the path does not exist."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_at(value: object, *path: str) -> str:
    """Return the text at a path of names.

    Raises:
        BadRequest: there is no text, or it has characters that Postgres cannot store.
    """
    found = optional_text(value, *path)
    if found is None:
        raise BadRequest(f"The body has no text at {'.'.join(path)}.")
    return found


def optional_text(value: object, *path: str) -> str | None:
    """Return the text at a path of names; None if there is none.

    Raises:
        BadRequest: it has characters that Postgres cannot store.
    """
    found = member(value, *path)
    if not isinstance(found, str) or not found:
        return None
    if "\0" in found or any("\ud800" <= character <= "\udfff" for character in found):
        raise BadRequest(
            f"The text at {'.'.join(path)} has a NUL character or half of a surrogate pair in it."
        )
    return found


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Return the members that are not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}

"""Say in plain words why a request does not fit the API."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

MAX_SHOWN = 60

# Pydantic's kinds of errors. Its own sentences speak of Python: "a valid dictionary".
SENTENCES = {
    "bool_parsing": "{value} is neither true nor false",
    "bool_type": "{value} is neither true nor false",
    "dict_type": "it has to be a JSON object",
    "enum": "{value} is unknown; use {expected}",
    "extra_forbidden": "there is no such member",
    "float_parsing": "{value} is not a number",
    "float_type": "{value} is not a number",
    "greater_than": "{value} is too small; it has to be more than {gt}",
    "greater_than_equal": "{value} is too small; the least is {ge}",
    "int_from_float": "{value} is not a whole number",
    "int_parsing": "{value} is not a whole number",
    "int_type": "{value} is not a whole number",
    "less_than": "{value} is too large; it has to be less than {lt}",
    "less_than_equal": "{value} is too large; the most is {le}",
    "list_type": "it has to be a list",
    "literal_error": "{value} is unknown; use {expected}",
    "missing": "it is missing",
    "model_attributes_type": "it has to be a JSON object",
    "model_type": "it has to be a JSON object",
    "string_pattern_mismatch": "{value} has another form than {pattern}",
    "string_too_long": "it is too long; the most are {max_length} characters",
    "string_too_short": "it is too short; the least are {min_length} characters",
    "string_type": "it has to be a text",
    "too_long": "it has {actual_length} entries; the most are {max_length}",
    "too_short": "it has {actual_length} entries; the least are {min_length}",
    "uuid_parsing": "{value} is not an id",
    "uuid_type": "{value} is not an id",
    "value_error": "{error}",
}


def describe_invalid(error: ValidationError) -> str:
    """Return a sentence for each wrong value: where it is, what is wrong, and what is allowed."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'body'}: {_sentence(item)}"
        for item in error.errors(include_url=False)
    )


def _sentence(item: ErrorDetails) -> str:
    sentence = SENTENCES.get(item["type"], item["msg"])
    if sentence is item["msg"]:
        return sentence
    shown = repr(item["input"])
    if len(shown) > MAX_SHOWN:
        shown = f"{shown[:MAX_SHOWN]}…"
    return sentence.format(value=shown, **item.get("ctx", {}))

"""The depth of nested JSON."""

import json
import time

import pytest

from shared.web.requests.json_depth import MAX_DEPTH, is_too_deep

SECONDS = 2.0


def nested(levels: int) -> str:
    """Return lists in lists."""
    return "[" * levels + "]" * levels


def test_as_deep_as_allowed_is_not_too_deep() -> None:
    assert not is_too_deep(nested(MAX_DEPTH))
    assert is_too_deep(nested(MAX_DEPTH + 1))
    assert is_too_deep('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1))


def test_many_side_by_side_are_not_deep() -> None:
    assert not is_too_deep(json.dumps([[], {}] * 10_000))


@pytest.mark.parametrize("text", ['["' + "[" * 500 + '"]', '["\\"' + "{" * 500 + '"]'])
def test_brackets_in_strings_do_not_count(text: str) -> None:
    assert not is_too_deep(text)


def test_brackets_that_never_close_are_too_deep() -> None:
    assert is_too_deep("[" * 1_000_000)


@pytest.mark.parametrize("text", ['\\"' * 500_000, '"' * 500_000, '"' + "\\" * 500_000])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()

    is_too_deep("[" * MAX_DEPTH + text + "[" * MAX_DEPTH)

    assert time.process_time() - started < SECONDS

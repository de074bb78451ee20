"""Options of an upload."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import BadRequest
from shared.pictures.uploader_words import MAX_HASHTAGS, METADATA_BYTES
from shared.web.uploads.options import UploadOptions, collect

wild_text = st.text(st.characters(codec=None))
wild_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | wild_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild_text, inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("beach, sunset", ["beach", "sunset"]),
        ("#beach #sunset", ["beach", "sunset"]),
        ("beach,,#sunset,", ["beach", "sunset"]),
        ("New York, Paris", ["New York", "Paris"]),
        ("  New \t York  ", ["New York"]),
        ("#New York #Paris", ["New York", "Paris"]),
        ("one\ntwo\r\nthree", ["one", "two", "three"]),
        ("C#, F#", ["C#", "F#"]),
        ("#beach#sunset", ["beach", "sunset"]),
        ("\uff03beach\uff03sunset", ["beach", "sunset"]),
        (
            ["#beach#sunset", "#C#", "C#dev", "#3\ufe0f\u20e3"],
            ["beach", "sunset", "C#", "C#dev", "3\ufe0f\u20e3"],
        ),
        (["Café", "Cafe\u0301", "CAFÉ", "Café ", "#café"], ["Café"]),
        ("Stra\u00dfe, STRASSE", ["Stra\u00dfe"]),
        (["#beach", "golden hour"], ["beach", "golden hour"]),
        ("", []),
        ([], []),
    ],
)
def test_hashtags_come_as_a_list_or_as_text(given_value: object, expected: list[str]) -> None:
    assert UploadOptions.model_validate({"hashtags": given_value}).hashtags == expected


def test_a_list_given_twice_counts_twice() -> None:
    assert collect([("hashtags", "beach"), ("owner", "ada"), ("hashtags", "New York")]) == {
        "hashtags": "beach,New York",
        "owner": "ada",
    }


def test_another_parameter_that_is_given_twice_is_refused_if_one_would_be_ignored() -> None:
    assert collect([("owner", "ada"), ("owner", "ada")]) == {"owner": "ada"}
    with pytest.raises(BadRequest, match="owner is given twice"):
        collect([("owner", "ada"), ("owner", "bob")])


def test_metadata_come_as_an_object_or_as_its_text() -> None:
    metadata = {"camera": "X100", "shots": [1, 2]}

    assert UploadOptions.model_validate({"metadata": metadata}).metadata == metadata
    assert UploadOptions.model_validate({"metadata": json.dumps(metadata)}).metadata == metadata


def test_options_that_are_not_known_do_no_harm() -> None:
    assert UploadOptions.model_validate({"utm_source": "x", "owner": "ada"}).owner == "ada"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner", "x" * 201),
        ("owner", "a\x00b"),
        ("owner", "\ud800"),
        ("owner", 5),
        ("hashtags", ["x" * 101]),
        ("hashtags", ["#"]),
        ("hashtags", [str(number) for number in range(MAX_HASHTAGS + 1)]),
        ("hashtags", ["\ud800"]),
        ("hashtags", {"a": 1}),
        ("hashtags", [1]),
        ("callback_url", "http://x/" + "x" * 2048),
        ("metadata", "not json"),
        ("metadata", "[1, 2]"),
        ("metadata", [1, 2]),
        ("metadata", "[" * 10_000),
        ("metadata", {"a": "x" * METADATA_BYTES}),
        ("metadata", {"a": "\x00"}),
        ("metadata", {"\x00": 1}),
        ("metadata", {"a": "\ud800"}),
        ("metadata", '{"a": NaN}'),
        ("metadata", '{"a": 1e400}'),
        ("metadata", {"a": float("inf")}),
        ("wait", -1),
        ("wait", "soon"),
        ("wait", "nan"),
        ("url", "http://x/" + "x" * 2048),
        ("url", "http://x/\x00"),
        ("url", "http://x/\ud800"),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        UploadOptions.model_validate({name: value})

    assert refused.value.errors()[0]["loc"][0] == name


@pytest.mark.parametrize("depth", range(100, 1100, 50))
def test_metadata_that_nest_too_deeply_are_refused_whatever_the_stack_allows(depth: int) -> None:
    nested: Any = {}
    for _ in range(depth):
        nested = {"a": nested}

    with pytest.raises(ValidationError, match="nested more than 50 levels"):
        UploadOptions.model_validate({"metadata": nested})


@given(st.dictionaries(st.sampled_from(sorted(UploadOptions.model_fields)), wild_json))
def test_wild_values_are_kept_in_a_form_that_postgres_takes_or_refused(
    values: dict[str, Any],
) -> None:
    try:
        options = UploadOptions.model_validate(values)
    except ValidationError:
        return
    kept = options.model_dump(exclude={"wait"})
    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()  # fails for half of a surrogate pair

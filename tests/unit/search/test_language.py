"""The syntax of searches, and the positions of errors."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.search.language import Group, Item, Phrase, QueryError, WordRun, parse

WORDS = st.from_regex(r"[a-zäß][a-zäß'/.-]{0,8}", fullmatch=True)
PIECES = st.sampled_from(
    [
        "dog",
        "t-shirt",
        "-",
        "(",
        ")",
        "|",
        " or ",
        '"',
        ",",
        " ",
        "owner:",
        "after:2026",
        ":",
        "confidence>",
    ]
)


def shape(item: Item) -> object:
    """Return an item without its positions."""
    if isinstance(item, WordRun):
        return ("run", item.negated, [word.text for word in item.words])
    if isinstance(item, Phrase):
        return ("phrase", item.negated, item.name.text)
    return ("group", item.negated, [[shape(i) for i in one] for one in item.alternatives])


def shapes(text: str) -> list[list[object]]:
    return [[shape(item) for item in one] for one in parse(text).alternatives]


def test_all_parts_of_a_search_combine() -> None:
    query = parse(
        "dog -cat (beach|sea) owner:anna after:2026-01-01 source:people confidence>0.8 "
        '"golden retriever" status:failed'
    )

    assert [shape(item) for item in query.alternatives[0]] == [
        ("run", False, ["dog"]),
        ("run", True, ["cat"]),
        ("group", False, [[("run", False, ["beach"])], [("run", False, ["sea"])]]),
        ("phrase", False, "golden retriever"),
    ]
    filters = query.filters
    assert filters.owners == {"anna"}
    assert filters.after == datetime(2026, 1, 1, tzinfo=UTC)
    assert filters.sources == {"people"}
    assert filters.statuses == {"failed"}
    assert filters.min_confidence == 0.8


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", [[]]),
        ("polar bear", [[("run", False, ["polar", "bear"])]]),
        ("teapot, cup", [[("run", False, ["teapot"]), ("run", False, ["cup"])]]),
        ("dog beach | sea", [[("run", False, ["dog", "beach"])], [("run", False, ["sea"])]]),
        ("t-shirt", [[("run", False, ["t-shirt"])]]),
        ("snow -polar bear", [[("run", False, ["snow"]), ("run", True, ["polar", "bear"])]]),
        ('-"polar bear"', [[("phrase", True, "polar bear")]]),
        ("-(dog)", [[("group", True, [[("run", False, ["dog"])]])]]),
        ("owner:anna dog", [[("run", False, ["dog"])]]),
        ("dog OR cat", [[("run", False, ["dog"])], [("run", False, ["cat"])]]),
        ('dog or -"cat"', [[("run", False, ["dog"])], [("phrase", True, "cat")]]),
        ("(dog or cat)", [[("group", False, [[("run", False, [w])] for w in ("dog", "cat")])]]),
        ("or dog or", [[("run", False, ["or", "dog", "or"])]]),
        ("dog or", [[("run", False, ["dog", "or"])]]),
    ],
)
def test_words_brackets_and_signs(text: str, meant: object) -> None:
    assert shapes(text) == meant


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("dog (cat", "("),
        ("dog cat)", ")"),
        ('dog "cat', '"cat'),
        ("dog - cat", "-"),
        ("dog -", "-"),
        ("dog ()", "()"),
        ("dog |", "|"),
        ("(dog | )", "|"),
        ("owner:anna or dog", "or"),
        ("dog or owner:anna", "or"),
        ("color:red", "color:red"),
        ("dog after:yesterday", "yesterday"),
        ("before:2026-13-01", "2026-13-01"),
        ("status:lost", "lost"),
        ("source:me", "me"),
        ("confidence>80", "80"),
        ("-after:2026", "after:2026"),
        ("dog (cat owner:anna)", "owner:anna"),
        ("after:", "after:"),
        ('""', '""'),
    ],
)
def test_an_error_points_at_its_place(text: str, wrong: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    assert text[caught.value.start : caught.value.end] == wrong


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("after:2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("after:2026-05", datetime(2026, 5, 1, tzinfo=UTC)),
        ("after:2026-05-02T03:04Z", datetime(2026, 5, 2, 3, 4, tzinfo=UTC)),
        ("after:2026 after:2027", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates_may_be_short_and_each_of_them_holds(text: str, after: datetime) -> None:
    assert parse(text).filters.after == after


def test_the_size_of_a_search_is_limited() -> None:
    parse("dog " * 30)
    parse("(" * 5 + "dog" + ")" * 5)
    for text in ("dog " * 31, "(" * 6 + "dog" + ")" * 6):
        with pytest.raises(QueryError):
            parse(text)


@given(st.lists(WORDS.filter(lambda word: word != "or"), max_size=20))
def test_plain_words_are_one_run_at_their_places(words: list[str]) -> None:
    text = "  ".join(words)

    runs = [item for item in parse(text).alternatives[0] if isinstance(item, WordRun)]

    assert [word.text for run in runs for word in run.words] == words
    assert all(text[word.start : word.end] == word.text for run in runs for word in run.words)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map("".join)))
def test_any_text_is_understood_or_refused_with_a_position_in_it(text: str) -> None:
    for start, end, word in places(text):
        assert 0 <= start < end <= len(text)
        assert word in (None, text[start:end])


def places(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Return the positions of the words of a search, or of the error."""
    try:
        query = parse(text)
    except QueryError as error:
        yield error.start, error.end, None
    else:
        for alternative in query.alternatives:
            yield from places_in(alternative)


def places_in(items: tuple[Item, ...]) -> Iterator[tuple[int, int, str]]:
    for item in items:
        if isinstance(item, WordRun):
            yield from ((word.start, word.end, word.text) for word in item.words)
        elif isinstance(item, Group):
            for alternative in item.alternatives:
                yield from places_in(alternative)

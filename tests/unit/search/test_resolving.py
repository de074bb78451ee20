"""How words of a search become tags."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.search.language import parse
from services.catalog.search.words.meaning import Named, Term
from services.catalog.search.words.names import NameIndex
from services.catalog.search.words.resolving import resolve, texts_of
from services.catalog.search.words.typos import NearNames, distance
from shared.db.search.wanted import ANYTHING, NO_IMAGE, AllOf, AnyOf, Not, Shows, Wanted
from shared.model.names.text import normalise
from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary.nouns.build import build
from shared.model.vocabulary.nouns.lookup import NOUNS_FILE, PROPER_NAME, find_wider_tag

WORDNET = Path("/usr/share/wordnet")
VOCABULARY = load_imagenet()
SLUGS = {tag.wordnet_id: tag.slug for tag in VOCABULARY.tags}
NEAR = NearNames(normalise(name) for tag in VOCABULARY.tags for name in (tag.name, *tag.aliases))
LETTERS = st.text("abcd", max_size=6)


def named(slug: str) -> Named:
    column = VOCABULARY.index(slug)
    return Named((column,), slug, VOCABULARY.tags[column].name)


def look_up(texts: Collection[str]) -> Mapping[str, Named]:
    found = {text: VOCABULARY.resolve(text) for text in texts}
    return {text: named(tag.slug) for text, tag in found.items() if tag is not None}


def understand(text: str) -> tuple[Wanted, list[Term]]:
    query = parse(text)
    names = NameIndex(look_up, texts_of(query), lambda wordnet_id: named(SLUGS[wordnet_id]), NEAR)
    return resolve(query, names)


def shows(slug: str) -> Shows:
    return Shows((VOCABULARY.index(slug),))


@pytest.mark.parametrize(
    ("text", "slug", "how"),
    [
        ("dog", "dog", "exact"),
        ("POLAR_bear", "polar-bear", "exact"),
        ("Ursus Maritimus", "polar-bear", "alias"),
        ("dogs", "dog", "plural"),
        ("polar bears", "polar-bear", "plural"),
        ("puppy", "dog", "wordnet"),
        ("puppies", "dog", "wordnet"),
        ("kitten", "cat", "wordnet"),
        ("guide dog", "working-dog", "wordnet"),
        ("teepot", "teapot", "typo"),
        ("goldn retreiver", "golden-retriever", "typo"),
    ],
)
def test_a_word_leads_to_a_tag(text: str, slug: str, how: str) -> None:
    wanted, (term,) = understand(text)

    assert wanted == shows(slug)
    assert term.reading.named is not None
    assert (term.reading.named.slug, term.reading.how) == (slug, how)
    assert (term.word.start, term.word.end) == (0, len(text))


def test_the_longest_name_counts_and_the_minus_is_the_first_ones() -> None:
    wanted, terms = understand("-polar bear snowmobile")

    assert wanted == AllOf((Not(shows("polar-bear")), shows("snowmobile")))
    assert [term.negated for term in terms] == [True, False]


def test_brackets_are_alternatives_and_may_be_unwanted_as_a_whole() -> None:
    wanted, terms = understand("dog -(teapot | cup)")

    assert wanted == AllOf((shows("dog"), Not(AnyOf((shows("teapot"), shows("cup"))))))
    assert [(term.negated, term.group) for term in terms] == [(False, None), (True, 1), (True, 1)]


def test_a_word_without_a_meaning_is_distinguished_from_an_ignored_word() -> None:
    _, terms = understand("a dog on the qwertzuiop")

    assert [term.word.text for term in terms if term.is_ignored] == ["a", "on", "the"]
    assert [term.word.text for term in terms if term.is_unknown] == ["qwertzuiop"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("qwertzuiop", NO_IMAGE),
        ("dog qwertzuiop", NO_IMAGE),
        ("dog -qwertzuiop", shows("dog")),
        ("dog or qwertzuiop", shows("dog")),
        ("dog (qwertzuiop|cat)", AllOf((shows("dog"), shows("cat")))),
        ("dog -(qwertzuiop|cat)", AllOf((shows("dog"), Not(shows("cat"))))),
        ("dog -(cat qwertzuiop)", shows("dog")),
        ("-qwertzuiop", ANYTHING),
        ("dog with cat", AllOf((shows("dog"), shows("cat")))),
        ("dog or cat", AnyOf((shows("dog"), shows("cat")))),
    ],
)
def test_a_word_without_a_meaning_matches_no_image(text: str, wanted: Wanted) -> None:
    understood, terms = understand(text)

    assert understood == wanted
    assert any(term.is_unknown for term in terms) == ("qwertzuiop" in text)


def test_every_noun_in_the_file_is_found_and_leads_to_a_tag() -> None:
    lines = [line.split("\t") for line in NOUNS_FILE.read_text(encoding="utf-8").splitlines()]

    assert len(lines) > 20_000
    for noun, *tags in lines:
        assert find_wider_tag(noun) == tags[0]
        assert {tag for tag in tags if tag != PROPER_NAME} <= SLUGS.keys()
    for noun in ("", "a", "zzzz", "puppy\t", "pupp", "puppyy"):
        assert find_wider_tag(noun) is None


@pytest.mark.skipif(
    not (WORDNET / "index.noun").exists(),
    reason="WordNet is not installed (Debian's package wordnet-base)",
)
def test_the_nouns_are_what_their_script_makes() -> None:
    assert NOUNS_FILE.read_text(encoding="utf-8") == build(WORDNET), (
        "run python -m shared.model.vocabulary.nouns.build --wordnet /usr/share/wordnet"
    )


@given(LETTERS, LETTERS)
def test_typing_errors_are_counted_as_in_the_definition(one: str, other: str) -> None:
    assert distance(one, other, 10) == slow_distance(one, other)
    assert (distance(one, other, 1) <= 1) == (slow_distance(one, other) <= 1)


def slow_distance(one: str, other: str) -> int:
    """Optimal string alignment by its definition."""
    if not one or not other:
        return len(one) + len(other)
    costs = [
        slow_distance(one[1:], other) + 1,
        slow_distance(one, other[1:]) + 1,
        slow_distance(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        costs.append(slow_distance(one[2:], other[2:]) + 1)
    return min(costs)

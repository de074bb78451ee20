"""The meaning of hashtags, in every way that people write them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trainer.learning.hashtags.words.blocked import why_blocked
from services.trainer.learning.hashtags.words.meaning import HashtagReader
from services.trainer.learning.hashtags.words.segmentation import split_run
from shared.model.names.hashtag_words import key_of, split_words
from shared.model.vocabulary import load_imagenet
from shared.model.vocabulary_index import VocabularyIndex

VOCABULARY = load_imagenet()
INDEX = VocabularyIndex(VOCABULARY, np.arange(len(VOCABULARY), dtype=np.int32))
READER = HashtagReader(INDEX, split=split_run)


def slugs(hashtag: str) -> set[str]:
    """Return the slugs of the tags that a hashtag may mean."""
    meaning = READER.read(hashtag)
    return set() if meaning is None else {VOCABULARY.tags[tag].slug for tag in meaning.tags}


# Text with what hashtags are full of, which arbitrary text rarely has beside each other.
WILD_TEXT = st.text(
    st.characters()
    | st.sampled_from("#\uff03_-.\u30fb!'1aAi\n\x00\ud800")
    | st.sampled_from("\N{DOG FACE}\ufe0f\u200d\u200c\u20e3\u0640")
    | st.sampled_from("\u0130\u0131\u0301\u0307\u0345\u0327")
)


@given(WILD_TEXT)
def test_the_vocabulary_from_a_list_of_words_is_the_same_each_time(text: str) -> None:
    words = split_words(text)

    assert split_words(words) == words
    assert key_of(key_of(text)) == key_of(text)
    assert "  " not in words
    assert words == words.strip()


@given(st.lists(st.from_regex("[a-z]{2,8}", fullmatch=True), min_size=1, max_size=4))
def test_all_spellings_of_a_name_have_one_key(words: list[str]) -> None:
    spellings = [
        "#" + "".join(words),
        "_".join(words),
        "-".join(words),
        " ".join(words).upper(),
        "".join(word.capitalize() for word in words),
    ]

    assert {key_of(spelling) for spelling in spellings} == {"".join(words)}
    assert split_words(spellings[-1]) == " ".join(words)


@given(WILD_TEXT)
def test_any_text_has_a_meaning_or_none(text: str) -> None:
    meaning = READER.read(text)

    assert (meaning is None) == (key_of(text) == "")


def test_every_name_of_the_vocabulary_means_its_tag() -> None:
    for tag in VOCABULARY.tags:
        for name in (tag.slug, tag.name):
            assert tag.slug in slugs("#" + name.title().replace(" ", "")), name
        for alias in tag.aliases:
            assert slugs("#" + alias.title().replace(" ", "")), alias


@pytest.mark.parametrize(
    ("hashtag", "expected"),
    [
        ("#Dogs", {"dog"}),
        ("#goldenretrievers", {"golden-retriever"}),
        ("#Golden_Retriever", {"golden-retriever"}),
        ("#\N{FULLWIDTH LATIN SMALL LETTER D}og", {"dog"}),
        ("#tshirt", {"t-shirt"}),
        ("#dogs\N{DOG FACE}", {"dog"}),
        ("#\N{DOG FACE}\N{VARIATION SELECTOR-16}Dog", {"dog"}),
        ("\N{RIGHT-TO-LEFT MARK}#dog", {"dog"}),
        ("\N{LEFT DOUBLE QUOTATION MARK}dog\N{RIGHT DOUBLE QUOTATION MARK}!", {"dog"}),
        ("#dog's", {"dog"}),
        ("#dog!!!", {"dog"}),
        ("\N{FULLWIDTH NUMBER SIGN}dog", {"dog"}),
        ("#d\N{ZERO WIDTH JOINER}o\N{ZERO WIDTH NON-JOINER}g", {"dog"}),
        ("#Dog2024", {"dog"}),
        ("#dogs_2024", {"dog"}),
        ("#GoldenRetriever7", {"golden-retriever"}),
        ("#windows11", set()),
        ("#" + "dog" * 166, set()),
        ("#\N{DOG FACE}", set()),
        ("#\u0441\u043e\u0431\u0430\u043a\u0430", set()),
        ("#crane", {"crane", "crane-bird"}),
        ("#catsofinstagram", set()),
    ],
)
def test_hashtags_mean_what_people_expect(hashtag: str, expected: set[str]) -> None:
    assert slugs(hashtag) == expected


@pytest.mark.parametrize(
    ("spellings", "words"),
    [
        (["#\u0130stanbul", "\u0130STANBUL", "istanbul", "\u0131stanbul"], "istanbul"),
        (["#\u72d7", "\uff03\u72d7"], "\u72d7"),
        (["#\uff88\uff7a", "\u30cd\u30b3", "\u30cd\u30fb\u30b3"], "\u30cd\u30b3"),
        (["#\u0643\u0644\u0628", "\u0643\u0640\u0640\u0644\u0628!"], "\u0643\u0644\u0628"),
        (["#\N{HEAVY BLACK HEART}\ufe0f", "\N{HEAVY BLACK HEART}"], "\N{HEAVY BLACK HEART}"),
        (["\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"], "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"),
        (["#Coachella2024", "coachella 2025"], "coachella"),
    ],
)
def test_spellings_in_any_script_are_one_word(spellings: list[str], words: str) -> None:
    meanings = [READER.read(spelling) for spelling in spellings]

    assert {meaning.key if meaning else None for meaning in meanings} == {words}


def test_a_noun_is_a_candidate_that_implies_a_wider_tag() -> None:
    kitten = READER.read("#kittens")

    assert kitten is not None
    assert (kitten.name, kitten.tags) == ("kitten", ())
    assert [VOCABULARY.tags[tag].slug for tag in kitten.wider] == ["cat"]


def test_a_proper_name_implies_nothing() -> None:
    turkey = READER.read("#turkey")

    assert turkey is not None
    assert (turkey.tags, turkey.wider) == ((), ())


def test_runs_of_words_are_split_and_single_words_are_not() -> None:
    assert split_run("streetphotography") == "street photography"
    assert split_run("sunglasses") is None
    assert split_run("xqzzkwv") is None
    assert split_run("a" * 100) is None


def test_a_merged_synonym_is_read_as_what_it_means() -> None:
    reader = HashtagReader(INDEX, merged={"doggo": "dog"})

    assert reader.read("#Doggo") == reader.read("dog")


def test_words_that_teach_nothing_have_a_reason() -> None:
    assert why_blocked(key_of("#InstaGood")) == "asks for attention"
    assert why_blocked(key_of("#2026")) == "is a number or a date"
    assert why_blocked(key_of("#sunset")) is None

"""Names that people give to tags, and the slugs made from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.names.tag_names import MAX_CHARACTERS, clean_name, slug_of
from shared.model.vocabulary import Tag, Vocabulary

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def is_allowed(text: str) -> bool:
    try:
        clean_name(text)
    except ValueError:
        return False
    return True


allowed = st.text(min_size=1, max_size=MAX_CHARACTERS).filter(is_allowed).map(clean_name)


@pytest.mark.parametrize(
    ("text", "name", "slug"),
    [
        ("  Summer Dress ", "Summer Dress", "summer-dress"),
        ("#sunset", "sunset", "sunset"),
        ("AC/DC, live", "AC/DC, live", "ac-dc-live"),
        ("Стрижка", "Стрижка", "стрижка"),
        ("東京タワー", "東京タワー", "東京タワー"),
        ("cafe\u0301", "café", "café"),
        ("नी\u200cला", "नी\u200cला", "नी\u200cला"),
        ("c++", "c++", "c++"),
        ("<b>7</b>", "<b>7</b>", "<b>7<-b>"),
        # Invisible characters that keyboards add to the text.
        ("\u05d7\u05ea\u05d5\u05dc\u200f", "\u05d7\u05ea\u05d5\u05dc", "\u05d7\u05ea\u05d5\u05dc"),
        ("a\u202eb\ufeff", "ab", "ab"),
        # An emoji newer than Unicode 14, an emoji alone, a flag with letters, a family, a keycap.
        ("\U0001fa77 favourites", "\U0001fa77 favourites", "\U0001fa77-favourites"),
        ("\U0001f436", "\U0001f436", "\U0001f436"),
        (ENGLAND, ENGLAND, ENGLAND),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("#\ufe0f\u20e3", "#\ufe0f\u20e3", "#\u20e3"),
        # Drawn as text or as an emoji, it is the same heart.
        ("\u2764\ufe0f", "\u2764\ufe0f", "\u2764"),
    ],
)
def test_any_script_is_accepted(text: str, name: str, slug: str) -> None:
    assert clean_name(text) == name
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "#", "-", "!?", "\u200d"),
        *("a\x00b", "a\nb", "a\x7fb", "\x1b[31mred", "a\u2028b", "\ud800a", "a\uffff"),
        *("x" * 101, "x" * 10_000),
    ],
)
def test_names_that_no_one_can_read_or_type_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the name of a tag has"):
        clean_name(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\nb", "no line break \\(U\\+000A\\) in it"),
        ("a\x07", "no control character \\(U\\+0007\\) in it"),
        ("!?", "at least one letter, digit, symbol or emoji"),
    ],
)
def test_a_refusal_names_the_character(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        clean_name(text)


@given(st.text())
def test_a_name_is_clean_once_it_was_cleaned(text: str) -> None:
    if is_allowed(text):
        assert clean_name(clean_name(text)) == clean_name(text)


@given(allowed)
def test_a_tag_is_found_by_its_name_and_by_its_slug(name: str) -> None:
    slug = slug_of(name)
    vocabulary = Vocabulary([]).with_custom([Tag(slug, name, None, (), (), "", None)])

    assert slug
    assert not set(slug) & set(" /,\n\x00")
    for text in (name, slug, slug_of(slug), f"#{name}", name.casefold()):
        found = vocabulary.resolve(text) or vocabulary.resolve(slug_of(clean_name(text)))
        assert found, text

"""Variants of a name: plurals, British and American spelling, typing errors.

English only: these rules rarely turn a name in another language into an existing tag.
"""

import re
import string
from collections.abc import Iterable, Iterator

from shared.model.names.text import normalise

MIN_PLURAL_LETTERS = 3
# In shorter words, another letter usually makes another word: cat, car, hat.
MIN_TYPED_LETTERS = 5

_IRREGULAR = {
    "calf": "calves",
    "child": "children",
    "elf": "elves",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hoof": "hooves",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "loaf": "loaves",
    "louse": "lice",
    "mouse": "mice",
    "ox": "oxen",
    "person": "people",
    "scarf": "scarves",
    "shelf": "shelves",
    "thief": "thieves",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
}
_SINGULAR_OF = {plural: singular for singular, plural in _IRREGULAR.items()}
# Words that look like plurals, but are not, or mean something else without the s.
_NO_PLURALS = ("glasses", "jeans", "lens", "news", "series", "shorts", "species", "trousers")
# British and American spelling of the parts that differ.
_SPELLINGS = tuple(
    (re.compile(british), re.compile(american), british_text, american_text)
    for british, american, british_text, american_text in (
        (r"our(?=s?\b|e|i|a|l)", r"or(?=s?\b|e|i|a|l)", "our", "or"),
        (r"(?<=[tb])re(?=s?\b)", r"(?<=[tb])er(?=s?\b)", "re", "er"),
        (r"ogue(?=s?\b)", r"og(?=s?\b)", "ogue", "og"),
        (r"is(?=e[sd]?\b|ing\b|ation)", r"iz(?=e[sd]?\b|ing\b|ation)", "is", "iz"),
        (r"ll(?=er|ed|ing|or|ery)", r"(?<!l)l(?=er|ed|ing|or|ry)", "ll", "l"),
        (r"grey", r"gray", "grey", "gray"),
        (r"\btyre", r"\btire", "tyre", "tire"),
        (r"\bplough", r"\bplow", "plough", "plow"),
        (r"pyjama", r"pajama", "pyjama", "pajama"),
        (r"jewellery", r"jewelry", "jewellery", "jewelry"),
        (r"aluminium", r"aluminum", "aluminium", "aluminum"),
        (r"aeroplane", r"airplane", "aeroplane", "airplane"),
        (r"doughnut", r"donut", "doughnut", "donut"),
        (r"moustache", r"mustache", "moustache", "mustache"),
        (r"whisky", r"whiskey", "whisky", "whiskey"),
        (r"yoghurt", r"yogurt", "yoghurt", "yogurt"),
    )
)


def forms(text: str) -> list[str]:
    """Return other ways to write a name with the same meaning, the most likely first."""
    plurals = plural_forms(text)
    spellings = [form for name in (text, *plurals) for form in spelling_forms(name)]
    return _without(text, [*plurals, *spellings])


def plural_forms(text: str) -> list[str]:
    """Return the singular if a name's last word looks like a plural, else its plural."""
    before, _, word = normalise(text).rpartition(" ")
    if len(word) < MIN_PLURAL_LETTERS or not word.isalpha():
        return []
    found = list(_singulars(word)) or list(_plurals(word))
    return _without(text, [f"{before} {form}" if before else form for form in found])


def spelling_forms(text: str) -> list[str]:
    """Return a name in British spelling if it is in American spelling, and vice versa."""
    name = normalise(text)
    found = []
    for british, american, british_text, american_text in _SPELLINGS:
        found.append(british.sub(american_text, name))
        found.append(american.sub(british_text, name))
    return _without(text, found)


def near_misses(text: str) -> set[str]:
    """Return the names one typing error away: a letter added, missing or changed, or two swapped.

    Short words have none, and neither have names with digits, which number things: "stage 1",
    "stage 2".
    """
    name = normalise(text)
    if len(name) < MIN_TYPED_LETTERS or not all(c.isalpha() or c == " " for c in name):
        return set()
    letters = set(string.ascii_lowercase) | set(name)
    cuts = [(name[:place], name[place:]) for place in range(len(name) + 1)]
    less = {before + after[1:] for before, after in cuts if after}
    swapped = {b + a[1] + a[0] + a[2:] for b, a in cuts if len(a) > 1}
    other = {b + letter + a[1:] for b, a in cuts if a for letter in letters}
    more = {before + letter + after for before, after in cuts for letter in letters}
    return {near for near in less | swapped | other | more if near == near.strip()} - {name}


def _singulars(word: str) -> Iterator[str]:
    if word in _SINGULAR_OF:
        yield _SINGULAR_OF[word]
    elif word.endswith(_NO_PLURALS):
        return
    elif word.endswith("men"):
        yield word[:-3] + "man"
    elif word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
        yield word[:-1]
    elif word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield word[:-2]
        yield word[:-1]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]


def _plurals(word: str) -> Iterator[str]:
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    elif word.endswith(("glass", *_NO_PLURALS)):
        return
    elif word.endswith("man"):
        yield word[:-3] + "men"
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    elif word.endswith("o"):
        yield word + "es"
        yield word + "s"
    else:
        yield word + "s"


def _without(text: str, found: Iterable[str]) -> list[str]:
    """Return each form once, in order, without the text itself."""
    return [form for form in dict.fromkeys(found) if form != normalise(text)]

"""The words of a file's XMP: those that Tagloop wrote, and those that were there before."""

from collections.abc import Iterable
from dataclasses import dataclass

DC = "http://purl.org/dc/elements/1.1/"
LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
TAGLOOP = "urn:tagloop:xmp:1.0:"


@dataclass(frozen=True, slots=True)
class Field:
    """A property that lists words. separator: between the steps of a path; empty: words only."""

    prefix: str
    namespace: str
    local_name: str
    container: str
    separator: str = ""

    @property
    def name(self) -> str:
        """The property with its namespace, as the parser names it."""
        return self.namespace + self.local_name

    @property
    def short_name(self) -> str:
        """The property as people write it."""
        return f"{self.prefix}:{self.local_name}"

    def item(self, path: tuple[str, ...]) -> str:
        """Return a word in the field's notation; path: from its widest word to itself."""
        if not self.separator:
            return path[-1]
        return self.separator.join(step.replace(self.separator, "-") for step in path)

    def steps_of(self, item: str) -> list[str]:
        """Return the words of an item, the widest first."""
        return item.split(self.separator) if self.separator else [item]

    def word_of(self, item: str) -> str:
        """Return the last word of an item."""
        return self.steps_of(item)[-1].strip()


SUBJECT = Field("dc", DC, "subject", "Bag")
TAGS_LIST = Field("digiKam", DIGIKAM, "TagsList", "Seq", "/")
# digiKam reads only the first of these three that exists, so they are written together.
FIELDS = (
    SUBJECT,
    Field("lr", LIGHTROOM, "hierarchicalSubject", "Bag", "|"),
    TAGS_LIST,
)


@dataclass(frozen=True, slots=True)
class XmpWord:
    """A tag as it is written into a file. path: names from the widest tag to this one.

    is_narrowest: no other word of the file implies it. The others are only in dc:subject, because
    the paths of the narrower words name them already.
    """

    slug: str
    path: tuple[str, ...]
    is_narrowest: bool = True

    @property
    def name(self) -> str:
        """The word itself."""
        return self.path[-1]

    def is_in(self, field: Field) -> bool:
        """Return whether the field lists this word."""
        return self.is_narrowest or not field.separator

    def is_meant_by(self, field: Field, item: str) -> bool:
        """Return whether an item of the field stands for this word."""
        written = field.item((self.name,))
        return folded(field.word_of(item)) == folded(written)


@dataclass(frozen=True, slots=True)
class Memory:
    """What Tagloop wrote into a file, kept in the file itself in Tagloop's own namespace.

    sha256: of the picture's bytes, in hexadecimal. before: items of the fields that were there
    without Tagloop, each as "dc:subject dog".
    """

    sha256: str
    words: tuple[XmpWord, ...]
    before: frozenset[str]

    def was_before(self, field: Field, item: str) -> bool:
        """Return whether the item was there without Tagloop."""
        return entry(field, item) in self.before

    def is_ours(self, field: Field, item: str) -> bool:
        """Return whether Tagloop wrote this item."""
        return not self.was_before(field, item) and any(
            word.is_in(field) and folded(field.item(word.path)) == folded(item)
            for word in self.words
        )

    def words_before(self) -> frozenset[str]:
        """Return the folded words that were there without Tagloop, in whichever field.

        Every step of a path counts: programs list wider words beside it or leave them out.
        """
        by_name = {field.short_name: field for field in FIELDS}
        pairs = (text.partition(" ") for text in self.before)
        return frozenset(
            folded(step)
            for name, _, item in pairs
            if name in by_name
            for step in by_name[name].steps_of(item)
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What people changed since Tagloop wrote: slugs of removed words, and new words."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


def find_changes(
    memory: Memory, items: dict[Field, list[str]], implied_by: dict[str, frozenset[str]]
) -> Changes:
    """Compare a file's items with what Tagloop remembers of them, field by field.

    A word is removed if a field that had it lacks it, unless a narrower word of Tagloop's is still
    in that field: programs that know only the narrowest words drop the others. implied_by: slugs of
    all tags that a tag implies, by its slug.
    """
    gone: set[str] = set()
    for field in FIELDS:
        listed = [word for word in memory.words if word.is_in(field)]
        present = {
            word.slug
            for word in listed
            if any(word.is_meant_by(field, item) for item in items.get(field, ()))
        }
        implied = {wider for slug in present for wider in implied_by.get(slug, ())}
        gone |= {word.slug for word in listed} - present - implied
    known = memory.words_before() | {
        folded(field.word_of(field.item((word.name,)))) for word in memory.words for field in FIELDS
    }
    # The first spelling counts; a word in several fields is one word.
    new: dict[str, str] = {}
    for field in FIELDS:
        for item in items.get(field, ()):
            word = field.word_of(item)
            if folded(word) and folded(word) not in known:
                new.setdefault(folded(word), word)
    removed = tuple(word.slug for word in memory.words if word.slug in gone)
    return Changes(removed, tuple(new.values()))


def entry(field: Field, item: str) -> str:
    """Return an item as the memory names it."""
    return f"{field.short_name} {item}"


def entries(items: dict[Field, list[str]]) -> Iterable[str]:
    """Yield all items as the memory names them."""
    return (entry(field, item) for field, listed in items.items() for item in listed)


def folded(text: str) -> str:
    """Return a key that is the same for all spellings of a word."""
    return " ".join(text.casefold().split())

"""The labels of an image: its shown tags, as the words file calls them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.compat.pictures.words import Words
from shared.db.tags.shown import ShownTag
from shared.model.vocabulary import Vocabulary
from shared.web.answers.image_document import describe_tags

# The display group of words such as "close-up"; what other tags imply comes after it.
SECONDARY_GROUP = 1

# Writes a tag's name as a vendor does.
Habit = Callable[[str], str]


@dataclass(frozen=True)
class Label:
    """A tag that an image shows.

    name: as the words file calls it. is_renamed: the file does. confidence: 0 to 1. is_taught:
    people made the tag. leads: no other shown label implies it, or it is the everyday word for what
    the picture shows: "dog" beside "golden retriever", but not "animal". is_category: it is the
    widest of its kind that the image shows. wider: slugs of the wider tags that the image shows
    too, the nearest first.
    """

    slug: str
    name: str
    is_renamed: bool
    confidence: float
    is_taught: bool
    leads: bool
    is_category: bool
    wider: tuple[str, ...]
    aliases: tuple[str, ...]

    def called(self, habit: Habit) -> str:
        """Return the name in a vendor's way of writing; renamed ones stay as they are."""
        return self.name if self.is_renamed else habit(self.name)


def labels_of(vocabulary: Vocabulary, words: Words, shown: Sequence[ShownTag]) -> list[Label]:
    """Return the labels of an image with these tags, the most telling first."""
    kinds = {(tag.slug, tag.owner): tag.kind for tag in shown}
    tags = [
        tag
        for tag in describe_tags(vocabulary, shown)
        if words.name_of(tag["tag"], tag["name"]) is not None
    ]
    # Words of a network that was live before are in no vocabulary until the image is re-tagged.
    known = [
        tag["tag"]
        for tag in tags
        if kinds[tag["tag"], tag["owner"]] == "wordnet" and vocabulary.knows([tag["tag"]])
    ]
    leading = _leading(vocabulary, known)
    labels: dict[str, Label] = {}
    for tag in tags:
        slug = tag["tag"]
        is_known = slug in known
        wider = [one for one in _wider(vocabulary, slug) if one in known] if is_known else []
        label = Label(
            slug,
            words.name_of(slug, tag["name"]) or slug,
            words.has(slug, tag["name"]),
            # Rounding may leave a little more than 1.
            min(1.0, tag["confidence"]),
            is_taught=kinds[slug, tag["owner"]] == "custom",
            leads=not is_known or slug in leading,
            is_category=is_known and not wider and _has_narrower(vocabulary, slug),
            wider=tuple(wider),
            aliases=vocabulary.tags[vocabulary.index(slug)].aliases if is_known else (),
        )
        # Several tags may get one name; the surest stands for all.
        other = labels.get(label.name)
        if other is None or label.confidence > other.confidence:
            labels[label.name] = label
    return list(labels.values())


def _has_narrower(vocabulary: Vocabulary, slug: str) -> bool:
    return len(vocabulary.descendants(vocabulary.index(slug))) > 0


def _leading(vocabulary: Vocabulary, slugs: list[str]) -> set[str]:
    """Return which of an image's tags are shown first."""
    groups = vocabulary.display_groups([vocabulary.index(slug) for slug in slugs])
    return {slug for slug, group in zip(slugs, groups, strict=True) if group <= SECONDARY_GROUP}


def _wider(vocabulary: Vocabulary, slug: str) -> list[str]:
    """Return the slugs of all wider tags, the nearest first, each after all its narrower ones."""
    found: list[str] = []
    level = [slug]
    while level:
        level = [
            parent for one in level for parent in vocabulary.tags[vocabulary.index(one)].parents
        ]
        found += level
    return list(dict.fromkeys(reversed(found)))[::-1]


def surest(labels: Sequence[Label], limit: int | None = None) -> list[Label]:
    """Return the most telling labels, at most `limit`, the surest first."""
    return sorted(labels[:limit], key=lambda label: -label.confidence)


def capitalise_first(name: str) -> str:
    """Write "golden retriever" as "Golden retriever"."""
    return name[:1].upper() + name[1:]


def capitalise_words(name: str) -> str:
    """Write "golden retriever" as "Golden Retriever"."""
    return " ".join(map(capitalise_first, name.split(" ")))


def as_it_is(name: str) -> str:
    """Return a name as Tagloop writes it."""
    return name

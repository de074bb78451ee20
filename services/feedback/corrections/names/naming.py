"""Resolve the names in a request to tags: existing ones, and new ones that an addition creates.

A name means the tag of the image's owner, or else the shared tag.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from services.feedback.corrections.reading import Entry
from shared.db.corrections.corrections import Verdict
from shared.db.tags.known_tag import KnownTag
from shared.db.tags.lookup import NameMeaning, find_named
from shared.errors import BadRequest, NotFound, TagloopError
from shared.model.names.tag_names import slug_of
from shared.model.names.variants import forms
from shared.model.vocabulary_index import VocabularyIndex

# Id of a tag that does not exist yet.
TO_BE_MADE = 0


@dataclass(frozen=True)
class Naming:
    """The tag that a name in an entry means.

    tag: its id is 0 if the tag is new. said: the name as given, if it is a variant of the tag's
    name.
    """

    tag: KnownTag
    verdict: Verdict
    said: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether the tag has to be created."""
        return self.tag.id == TO_BE_MADE


@dataclass
class Names:
    """What the names of a request mean, by entry number.

    entries: the resolved names. problems: why an entry cannot be stored.
    """

    entries: dict[int, list[Naming]] = field(default_factory=dict)
    problems: dict[int, TagloopError] = field(default_factory=dict)

    def new_tags(self) -> dict[str, KnownTag]:
        """The tags that valid entries create, by slug."""
        return {
            naming.tag.slug: naming.tag
            for number, namings in self.entries.items()
            if number not in self.problems
            for naming in namings
            if naming.is_new and naming.verdict == "add"
        }


def find_names(
    connection: Connection,
    index: VocabularyIndex,
    entries: Sequence[Entry],
    owners: Mapping[UUID, str],
    *,
    maker: str | None,
    may_make: bool,
) -> Names:
    """Look up all names of a request.

    owners: the owners of existing images. maker: owner of new tags; None: shared.
    may_make: whether new tags may be created.
    """
    meanings = _find_meanings(connection, index, entries, owners)
    # The caller's own tags, even if shared tags have the same names.
    own = _slugs_to_make(entries) if maker is not None else frozenset()
    names = Names()
    for number, entry in enumerate(entries):
        if entry.image_id not in owners:
            names.problems[number] = NotFound(f"There is no image {str(entry.image_id)!r}.")
            continue
        try:
            known = meanings[owners[entry.image_id]]
            names.entries[number] = list(_read_names(entry, known, own, maker))
        except BadRequest as error:
            names.problems[number] = error
    _refuse_unknown(names, may_make)
    return names


def _find_meanings(
    connection: Connection,
    index: VocabularyIndex,
    entries: Sequence[Entry],
    owners: Mapping[UUID, str],
) -> dict[str, dict[str, NameMeaning]]:
    """Return the tags that names mean, by owner and text.

    Unknown names are tried in other forms.
    """
    asked: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.image_id in owners:
            asked[owners[entry.image_id]].update(name for name, _ in entry.said)
    meanings = {}
    for owner, texts in asked.items():
        found = find_named(connection, index, texts, owner, keep=True)
        other = {form for text in texts - found.keys() for form in forms(text)}
        meanings[owner] = {**find_named(connection, index, other, owner, keep=True), **found}
    return meanings


def _slugs_to_make(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the slugs of names that entries add and explicitly request as new tags."""
    return frozenset(
        slug_of(name)
        for entry in entries
        if entry.new
        for name, verdict in entry.said
        if verdict == "add"
    )


def _read_names(
    entry: Entry, meanings: Mapping[str, NameMeaning], own: Set[str], maker: str | None
) -> Iterable[Naming]:
    """Yield what the names of one entry mean.

    Raises:
        BadRequest: two names mean one tag.
    """
    seen: dict[tuple[int, str], Verdict] = {}
    for name, verdict in entry.said:
        tag = _read_name(name, entry.new, meanings, own, maker)
        key = (tag.id, tag.slug)
        if key in seen:
            raise BadRequest(
                f"{tag.slug!r} is in {seen[key]!r} and again in {verdict!r}, perhaps by "
                "another name; name each tag once."
            )
        seen[key] = verdict
        yield Naming(tag, verdict, said=name if _is_variant(name, tag, meanings) else None)


def _read_name(
    name: str, new: bool, meanings: Mapping[str, NameMeaning], own: Set[str], maker: str | None
) -> KnownTag:
    """Return the tag that a name means, or the one that it creates."""
    meant = meanings.get(name)
    if meant is not None and not (meant.tag.owner is None and slug_of(name) in own):
        return meant.tag
    if meant is None and not new:
        for form in forms(name):
            if form in meanings:
                return meanings[form].tag
    return KnownTag(TO_BE_MADE, slug_of(name), name, "custom", maker)


def _is_variant(name: str, tag: KnownTag, meanings: Mapping[str, NameMeaning]) -> bool:
    """Return whether a name means a tag only as a variant of one of its names."""
    return tag.id != TO_BE_MADE and name not in meanings


def _refuse_unknown(names: Names, may_make: bool) -> None:
    """Record a problem for entries with tags that neither exist nor will be created."""
    # A tag that only refused entries would create is not created, so further entries may be
    # refused.
    while True:
        made = names.new_tags() if may_make else {}
        refused = {
            number: _unknown(missing, may_make)
            for number, namings in names.entries.items()
            if number not in names.problems
            and (missing := {one.tag.slug for one in namings if one.is_new} - made.keys())
        }
        if not refused:
            return
        names.problems |= refused


def _unknown(slugs: Iterable[str], may_make: bool) -> NotFound:
    if may_make:
        rest = (
            "; GET /v1/tags?q= finds tags by their beginning, and adding a tag to an image "
            "makes it."
        )
    else:
        rest = (
            ", and this server takes no new ones (TAGLOOP_CUSTOM_TAGS); GET /v1/tags?q= finds "
            "tags by their beginning."
        )
    return NotFound(f"There is no tag {min(slugs)!r}{rest}")

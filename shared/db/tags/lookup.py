"""What a name means: an owner's own tag of that name first, then a shared one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, literal, or_, select, true

from shared.db.schema import custom_aliases, tags
from shared.db.tags.known_tag import KnownTag
from shared.model.names.tag_names import slug_of
from shared.model.vocabulary_index import VocabularyIndex

_COLUMNS = (tags.c.id, tags.c.slug, tags.c.name, tags.c.kind, tags.c.owner)


@dataclass(frozen=True)
class NameMeaning:
    """The tags that a name means: one, unless the caller sees the tags of all owners."""

    tags: tuple[KnownTag, ...]

    @property
    def tag(self) -> KnownTag:
        """The tag to show for the name: the shared one, if there are several."""
        return self.tags[0]

    @property
    def ids(self) -> list[int]:
        """The ids of all of them."""
        return [tag.id for tag in self.tags]


def find_named(
    connection: Connection,
    index: VocabularyIndex,
    texts: Collection[str],
    owner: str | None,
    *,
    keep: bool = False,
) -> dict[str, NameMeaning]:
    """Return what texts mean, by text; texts without a meaning are left out.

    texts: slugs, names or aliases, in any case. owner: the caller; None: a caller who sees the tags
    of all owners. keep: lock the tags until the transaction ends.
    """
    # Postgres keeps no NUL in text, so a name with one means nothing.
    slugs = {text: slug_of(text) for text in texts if "\x00" not in text}
    custom = _find_custom(connection, set(slugs.values()) - {""}, owner, keep=keep)
    found = {}
    for text, slug in slugs.items():
        word = index.vocabulary.resolve(text) or index.vocabulary.resolve(slug)
        of_vocabulary = [index.known(word)] if word else []
        is_exact = word is not None and word.slug == slug
        candidates = sorted(
            custom[slug], key=lambda found: (found.tag.owner is None, found.is_alias)
        )
        own = [found.tag for found in candidates if found.tag.owner is not None]
        made = [found.tag for found in candidates if found.tag.owner is None]
        shared = [*of_vocabulary, *made] if is_exact or not made else [*made, *of_vocabulary]
        meant = [*shared[:1], *own] if owner is None else [*own, *shared][:1]
        if meant:
            found[text] = NameMeaning(tuple(dict.fromkeys(meant)))
    return found


def find_custom_tags(connection: Connection, tag_ids: Sequence[int]) -> list[KnownTag]:
    """Return the custom tags among these, by id."""
    query = (
        select(*_COLUMNS).where(tags.c.id.in_(tag_ids), tags.c.kind == "custom").order_by(tags.c.id)
    )
    return [KnownTag(*row) for row in connection.execute(query)]


def find_tags(connection: Connection, tag_ids: Sequence[int]) -> list[KnownTag]:
    """Return the tags with these ids, of any kind, by id."""
    query = select(*_COLUMNS).where(tags.c.id.in_(tag_ids)).order_by(tags.c.id)
    return [KnownTag(*row) for row in connection.execute(query)]


@dataclass(frozen=True)
class _Found:
    tag: KnownTag
    is_alias: bool


def _find_custom(
    connection: Connection, slugs: Iterable[str], owner: str | None, *, keep: bool
) -> dict[str, list[_Found]]:
    """Return custom tags by the slug that was asked for: the present one or a former one."""
    found: dict[str, list[_Found]] = defaultdict(list)
    asked = list(slugs)
    if not asked:
        return found
    by_slug = select(tags.c.slug.label("asked"), literal(False), *_COLUMNS).where(
        tags.c.slug.in_(asked), tags.c.kind == "custom", _may_see(tags.c.owner, owner)
    )
    by_alias = (
        select(custom_aliases.c.slug.label("asked"), literal(True), *_COLUMNS)
        .join(tags, tags.c.id == custom_aliases.c.tag_id)
        .where(
            custom_aliases.c.slug.in_(asked),
            _may_see(custom_aliases.c.owner, owner),
            _may_see(tags.c.owner, owner),
        )
    )
    for query in (by_slug, by_alias):
        statement = query.with_for_update(key_share=True, read=True, of=tags) if keep else query
        for slug, is_alias, *tag in connection.execute(statement):
            found[slug].append(_Found(KnownTag(*tag), is_alias))
    return found


def _may_see(column: ColumnElement[str | None], owner: str | None) -> ColumnElement[bool]:
    return true() if owner is None else or_(column.is_(None), column == owner)

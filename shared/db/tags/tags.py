"""The vocabulary and the tags of images, as queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from shared.db.owners.access import Access
from shared.db.schema import (
    corrections,
    decisions,
    images,
    shown_tags,
    tag_aliases,
    tag_parents,
    tags,
)
from shared.vocabulary import Tag, Vocabulary


def seed_vocabulary(connection: Connection, vocabulary: Vocabulary) -> None:
    """Write the vocabulary that comes with the program; running it again changes nothing."""
    rows = [
        {
            "slug": tag.slug,
            "name": tag.name,
            "kind": "wordnet",
            "definition": tag.definition,
            "wordnet_id": tag.wordnet_id,
        }
        for tag in vocabulary.tags
    ]
    new = insert(tags)
    connection.execute(
        new.on_conflict_do_update(
            # Whatever a later version of the program calls it, it is the same tag.
            index_elements=[tags.c.wordnet_id],
            set_={
                column: new.excluded[column] for column in ("slug", "name", "kind", "definition")
            },
        ),
        rows,
    )
    ids = tag_ids(connection)
    seeded = [ids[tag.slug] for tag in vocabulary.tags]
    connection.execute(delete(tag_aliases).where(tag_aliases.c.tag_id.in_(seeded)))
    connection.execute(
        insert(tag_aliases),
        [
            {"tag_id": ids[tag.slug], "alias": alias}
            for tag in vocabulary.tags
            for alias in tag.aliases
        ],
    )
    connection.execute(delete(tag_parents).where(tag_parents.c.tag_id.in_(seeded)))
    connection.execute(
        insert(tag_parents),
        [
            {"tag_id": ids[tag.slug], "parent_id": ids[parent]}
            for tag in vocabulary.tags
            for parent in tag.parents
        ],
    )


def tag_ids(connection: Connection) -> dict[str, int]:
    """The id of every tag, by slug."""
    return {row.slug: row.id for row in connection.execute(select(tags.c.slug, tags.c.id))}


def count_tags(connection: Connection) -> int:
    """How many tags there are; none is ever deleted."""
    return connection.scalar(select(func.count()).select_from(tags)) or 0


def custom_tags(connection: Connection) -> list[Tag]:
    """The tags that people made, the oldest first."""
    rows = connection.execute(
        select(tags.c.slug, tags.c.name).where(tags.c.kind == "custom").order_by(tags.c.id)
    )
    return [Tag(row.slug, row.name, None, (), (), "", None) for row in rows]


def insert_custom_tags(connection: Connection, names: Mapping[str, str]) -> dict[str, int]:
    """Make tags, names by slug, where there are none yet; return the ids of all of them."""
    if not names:
        return {}
    # In one order everywhere: two requests that make the same tags must not wait for each other.
    rows = [{"slug": slug, "name": names[slug], "kind": "custom"} for slug in sorted(names)]
    connection.execute(insert(tags).on_conflict_do_nothing(), rows)
    found = connection.execute(select(tags.c.slug, tags.c.id).where(tags.c.slug.in_(names)))
    return {row.slug: row.id for row in found}


@dataclass(frozen=True)
class ShownTag:
    """A tag that is shown for an image. source: "model" or "user"."""

    slug: str
    confidence: float
    source: str


def tags_of_images(connection: Connection, image_ids: Sequence[UUID]) -> dict[UUID, list[ShownTag]]:
    """The tags shown for each image: what people decided, and else what the model says."""
    rows = connection.execute(
        select(shown_tags.c.image_id, tags.c.slug, shown_tags.c.confidence, shown_tags.c.source)
        .join(tags, tags.c.id == shown_tags.c.tag_id)
        .where(shown_tags.c.image_id.in_(image_ids))
    )
    shown: dict[UUID, list[ShownTag]] = {image_id: [] for image_id in image_ids}
    for row in rows:
        shown[row.image_id].append(ShownTag(row.slug, row.confidence, row.source))
    return shown


def find_decided(connection: Connection, image_id: UUID) -> dict[str, bool]:
    """By slug, the tags that people decided for an image: whether it has them."""
    rows = connection.execute(
        select(tags.c.slug, decisions.c.present)
        .join(tags, tags.c.id == decisions.c.tag_id)
        .where(decisions.c.image_id == image_id)
    )
    return {row.slug: row.present for row in rows}


def find_tag(connection: Connection, slug: str, access: Access) -> RowMapping | None:
    """One tag by its slug; None also where the caller may not see it."""
    query = select(tags).where(tags.c.slug == slug, _in_sight(access))
    return connection.execute(query).mappings().first()


def find_hidden_tags(connection: Connection, access: Access) -> set[str]:
    """Slugs of the tags that the caller may not see."""
    return set(connection.scalars(select(tags.c.slug).where(not_(_in_sight(access)))))


def list_tags(
    connection: Connection, access: Access, *, query: str | None, after: str | None, limit: int
) -> Sequence[RowMapping]:
    """Tags that the caller may see by slug, from `after` on.

    query: text that the name, the slug or an alias begins with, in any case.
    """
    statement = select(tags).where(_in_sight(access))
    if query is not None:
        prefix = query.lower()
        statement = statement.where(
            or_(
                tags.c.slug.startswith(prefix, autoescape=True),
                func.lower(tags.c.name).startswith(prefix, autoescape=True),
                tags.c.id.in_(
                    select(tag_aliases.c.tag_id).where(
                        func.lower(tag_aliases.c.alias).startswith(prefix, autoescape=True)
                    )
                ),
            )
        )
    if after is not None:
        statement = statement.where(tags.c.slug > after)
    return connection.execute(statement.order_by(tags.c.slug).limit(limit)).mappings().all()


def _in_sight(access: Access) -> ColumnElement[bool]:
    """Of the tags that people made, an owner sees those that their images show, and those that
    somebody said something of on these.
    """
    if access.owner is None:
        return true()
    return or_(
        tags.c.kind != "custom",
        *(
            exists()
            .where(place.c.tag_id == tags.c.id, place.c.image_id == images.c.id, access.allows())
            .correlate(tags)
            for place in (shown_tags, corrections)
        ),
    )

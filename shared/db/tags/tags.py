"""Queries about the shipped vocabulary, and lists of tags."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from shared.db.schema import custom_aliases, tag_aliases, tag_parents, tags
from shared.db.tags.sight import in_sight
from shared.vocabulary import Vocabulary


def seed_vocabulary(connection: Connection, vocabulary: Vocabulary) -> None:
    """Insert and update the vocabulary of this program; running it again changes nothing.

    A custom tag by the name of a new word becomes that word: its corrections, and what was learned
    from them, stay.
    """
    everything = [
        {
            "slug": tag.slug,
            "name": tag.name,
            "kind": "wordnet",
            "definition": tag.definition,
            "wordnet_id": tag.wordnet_id,
        }
        for tag in vocabulary.tags
    ]
    _adopt(connection, vocabulary)
    for rows, conflict in (
        # Whatever a later version of the program calls it, it is the same tag.
        ([row for row in everything if row["wordnet_id"]], {"index_elements": [tags.c.wordnet_id]}),
        # WordNet has nouns only, so no number for "indoors".
        (
            [row for row in everything if not row["wordnet_id"]],
            {"index_elements": [tags.c.slug], "index_where": tags.c.owner.is_(None)},
        ),
    ):
        if rows:
            new = insert(tags)
            changes = {name: new.excluded[name] for name in ("slug", "name", "kind", "definition")}
            connection.execute(new.on_conflict_do_update(**conflict, set_=changes), rows)
    ids = wordnet_tag_ids(connection)
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


def _adopt(connection: Connection, vocabulary: Vocabulary) -> None:
    """Turn a custom tag that has the slug of a new word into that word of the vocabulary.

    Where the word has a row under another slug, the custom tag gets its id behind its slug instead.
    """
    known = set(connection.scalars(select(tags.c.wordnet_id).where(tags.c.kind == "wordnet")))
    words = {tag.slug: tag.wordnet_id for tag in vocabulary.tags if tag.wordnet_id is not None}
    made = connection.execute(
        select(tags.c.id, tags.c.slug).where(
            tags.c.slug.in_(words), tags.c.owner.is_(None), tags.c.kind == "custom"
        )
    ).all()
    for row in made:
        changes = (
            {"slug": f"{row.slug}-{row.id}"}
            if words[row.slug] in known
            else {"kind": "wordnet", "wordnet_id": words[row.slug], "made_by": None}
        )
        connection.execute(update(tags).where(tags.c.id == row.id).values(changes))


def wordnet_tag_ids(connection: Connection) -> dict[str, int]:
    """Return the ids of the vocabulary's tags, by slug."""
    rows = connection.execute(select(tags.c.slug, tags.c.id).where(tags.c.kind == "wordnet"))
    return {row.slug: row.id for row in rows}


def find_tag(connection: Connection, tag_id: int) -> RowMapping:
    """Return the row of an existing tag."""
    return connection.execute(select(tags).where(tags.c.id == tag_id)).mappings().one()


def list_tags(
    connection: Connection,
    owner: str | None,
    *,
    query: str | None,
    after: tuple[str, int] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return tags by slug and id, from `after` on.

    owner: the caller, who sees shared tags and their own; None: all tags. query: text that the
    name, the slug or an alias begins with, in any case.
    """
    statement = select(tags).where(in_sight(owner))
    if query is not None:
        prefix = query.lower()
        by_name = select(tags.c.id).where(
            func.lower(tags.c.name).like(_prefix(prefix), escape="\\")
        )
        by_slug = select(tags.c.id).where(tags.c.slug.like(_prefix(prefix), escape="\\"))
        by_alias = select(tag_aliases.c.tag_id).where(
            func.lower(tag_aliases.c.alias).startswith(prefix, autoescape=True)
        )
        by_old_name = select(custom_aliases.c.tag_id).where(
            custom_aliases.c.slug.startswith(prefix, autoescape=True),
            or_(custom_aliases.c.owner.is_(None), custom_aliases.c.owner == owner),
        )
        statement = statement.where(tags.c.id.in_(by_name.union(by_slug, by_alias, by_old_name)))
    if after is not None:
        statement = statement.where(tuple_(tags.c.slug, tags.c.id) > tuple_(*after))
    return (
        connection.execute(statement.order_by(tags.c.slug, tags.c.id).limit(limit)).mappings().all()
    )


def _prefix(text: str) -> str:
    """Return a LIKE pattern for texts that begin with this one."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"

"""Rows of `tags` for the words of a vocabulary.

A word keeps its row, whatever network is live: it is the same WordNet synset, or, for words that
WordNet lacks, has the same slug. Words that the live network does not have are `dormant`: in no
list and no search, until another network has them or a person makes a tag of that name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from shared.db.schema import tag_aliases, tag_parents, tags
from shared.model.vocabulary import Tag, Vocabulary


def insert_words(connection: Connection, vocabulary: Vocabulary) -> None:
    """Insert the words that have no row, as dormant ones.

    A shared tag that people made with the name of a new word becomes that word's row, with its
    corrections and what was learned from them.
    """
    known = _Known.read(connection)
    new = []
    for tag in vocabulary.tags:
        if known.row_of(tag) is not None:
            continue
        row = known.by_slug.get(tag.slug)
        if row is not None and row["wordnet_id"] is None:
            connection.execute(
                text("UPDATE tags SET wordnet_id = :wordnet_id WHERE id = :id"),
                {"id": row["id"], "wordnet_id": tag.wordnet_id},
            )
            continue
        # The slug belongs to another synset as long as that one's vocabulary is live.
        slug = tag.slug if row is None else f"{tag.slug}-{tag.wordnet_id}"
        new.append({**_values(tag), "slug": slug, "kind": "dormant"})
    if new:
        connection.execute(insert(tags), new)


def activate_vocabulary(connection: Connection, vocabulary: Vocabulary) -> None:
    """Make these the words of the live network; running it again changes nothing.

    Words of the former network that people have corrected, or had made from their names before,
    become custom tags; the others become dormant.
    """
    insert_words(connection, vocabulary)
    ids = word_ids(connection, vocabulary)
    words = [{"id": ids[tag.slug], **_values(tag)} for tag in vocabulary.tags]
    _free_slugs(connection, words)
    connection.execute(
        text("""
            UPDATE tags
            SET slug = word.slug, name = word.name, kind = 'wordnet', made_by = NULL,
                definition = CASE word.definition WHEN '' THEN tags.definition
                             ELSE word.definition END
            FROM unnest(CAST(:ids AS integer[]), CAST(:slugs AS text[]), CAST(:names AS text[]),
                        CAST(:definitions AS text[])) AS word (id, slug, name, definition)
            WHERE tags.id = word.id
              AND (tags.slug, tags.name, tags.kind)
                  IS DISTINCT FROM (word.slug, word.name, 'wordnet')
        """),
        {
            "ids": [word["id"] for word in words],
            "slugs": [word["slug"] for word in words],
            "names": [word["name"] for word in words],
            "definitions": [word["definition"] for word in words],
        },
    )
    _retire_others(connection, list(ids.values()))
    _link(connection, vocabulary, ids)


def word_ids(connection: Connection, vocabulary: Vocabulary) -> dict[str, int]:
    """Return the ids of a vocabulary's words, by their slugs in it.

    Raises KeyError for a word that was never inserted.
    """
    known = _Known.read(connection)
    found = {}
    for tag in vocabulary.tags:
        row = known.row_of(tag)
        if row is None:
            raise KeyError(tag.slug)
        found[tag.slug] = int(row["id"])
    return found


class _Known:
    """The shared tags: by synset, and by slug."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.by_synset = {row["wordnet_id"]: row for row in rows if row["wordnet_id"]}
        self.by_slug = {row["slug"]: row for row in rows}

    @classmethod
    def read(cls, connection: Connection) -> "_Known":
        query = select(tags.c.id, tags.c.slug, tags.c.wordnet_id).where(tags.c.owner.is_(None))
        return cls([dict(row) for row in connection.execute(query).mappings()])

    def row_of(self, tag: Tag) -> Mapping[str, Any] | None:
        """Return the row of a word, under any name."""
        if tag.wordnet_id is not None:
            return self.by_synset.get(tag.wordnet_id)
        return self.by_slug.get(tag.slug)


def _values(tag: Tag) -> dict[str, Any]:
    return {
        "slug": tag.slug,
        "name": tag.name,
        "definition": tag.definition,
        "wordnet_id": tag.wordnet_id,
    }


def _free_slugs(connection: Connection, words: Sequence[Mapping[str, Any]]) -> None:
    """Free the words' slugs: other shared tags with one of them get their id appended."""
    connection.execute(
        text("""
            UPDATE tags SET slug = tags.slug || '-' || tags.id
            FROM unnest(CAST(:ids AS integer[]), CAST(:slugs AS text[])) AS word (id, slug)
            WHERE tags.slug = word.slug AND tags.owner IS NULL AND tags.id <> word.id
        """),
        {"ids": [word["id"] for word in words], "slugs": [word["slug"] for word in words]},
    )


def _retire_others(connection: Connection, word_ids: Sequence[int]) -> None:
    connection.execute(
        text("""
            UPDATE tags SET kind = CASE
                WHEN from_name
                  OR EXISTS (SELECT FROM corrections WHERE tag_id = tags.id)
                  OR EXISTS (SELECT FROM withdrawn_corrections WHERE tag_id = tags.id)
                THEN 'custom' ELSE 'dormant' END
            WHERE kind = 'wordnet' AND id <> ALL (CAST(:ids AS integer[]))
        """),
        {"ids": list(word_ids)},
    )


def _link(connection: Connection, vocabulary: Vocabulary, ids: Mapping[str, int]) -> None:
    """Write the aliases of the words and the links to wider ones."""
    words = list(ids.values())
    aliases = [
        {"tag_id": ids[tag.slug], "alias": alias}
        for tag in vocabulary.tags
        for alias in dict.fromkeys(tag.aliases)
    ]
    parents = [
        {"tag_id": ids[tag.slug], "parent_id": ids[parent]}
        for tag in vocabulary.tags
        for parent in tag.parents
    ]
    for table, rows in ((tag_aliases, aliases), (tag_parents, parents)):
        connection.execute(delete(table).where(table.c.tag_id.in_(words)))
        if rows:
            connection.execute(insert(table), rows)

"""Queries about decisions: which tags an image has, according to all of its corrections."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, text, tuple_

from shared.db.connection.binary_copy.records import (
    UUID_TYPE,
    new_records,
    record_type,
    send_records,
    uuid_array,
)
from shared.db.corrections.votes import Decision, Vote, decide
from shared.db.owners.access import Access
from shared.db.schema import decisions, images, tags
from shared.model.vocabulary_index import VocabularyIndex

_DECISION = record_type(image_id=UUID_TYPE, tag_id=">i4", present="?", explicit="?")


def lock_images(
    connection: Connection, image_ids: Collection[UUID], access: Access
) -> dict[UUID, UUID]:
    """Lock the decisions of images until the transaction ends.

    Returns the images that the caller may see, each with the image that it copies, or itself. Waits
    for transactions that hold any of them. Weaker than FOR UPDATE: workers may store tags and
    embeddings of the images meanwhile.
    """
    visible = select(images.c.id).where(images.c.id.in_(image_ids), access.allows())
    asked = list(connection.scalars(visible)) if access.owner is not None else list(image_ids)
    locked: set[UUID] = set()
    while True:
        # One order everywhere, so that requests about the same images cannot deadlock.
        locked |= set(
            connection.scalars(
                text("""
                    SELECT id FROM images
                    WHERE id = ANY(
                        SELECT coalesce(same_as, id) FROM images WHERE id = ANY(:asked)
                    )
                    ORDER BY id
                    FOR NO KEY UPDATE
                """),
                {"asked": asked},
            )
        )
        # An image may have become a copy during the wait.
        found = connection.execute(
            text("SELECT id, coalesce(same_as, id) AS original FROM images WHERE id = ANY(:asked)"),
            {"asked": asked},
        )
        originals = {row.id: row.original for row in found}
        if locked.issuperset(originals.values()):
            return originals


def redecide(connection: Connection, index: VocabularyIndex, image_ids: Collection[UUID]) -> None:
    """Recompute the decisions of images from all of their corrections. The caller has locked them.

    Only changes are written: a tag that an image lacks can rule out 500 narrower ones.
    """
    before = _read_decisions(connection, image_ids)
    after = {
        (image_id, tag_id): decision
        for image_id, votes in find_votes(connection, image_ids).items()
        for tag_id, decision in _decide(index, votes).items()
    }
    outdated = [key for key, decision in before.items() if after.get(key) != decision]
    connection.execute(
        text("""
            DELETE FROM decisions USING unnest(
                CAST(:image_ids AS uuid[]), CAST(:tag_ids AS integer[])
            ) AS outdated(image_id, tag_id)
            WHERE decisions.image_id = outdated.image_id AND decisions.tag_id = outdated.tag_id
        """),
        {
            "image_ids": [image_id for image_id, _ in outdated],
            "tag_ids": [tag_id for _, tag_id in outdated],
        },
    )
    changed = {key: decision for key, decision in after.items() if before.get(key) != decision}
    _store_decisions(connection, changed)


def _store_decisions(connection: Connection, made: Mapping[tuple[UUID, int], Decision]) -> None:
    """Write decisions by the ids of image and tag."""
    records = new_records(_DECISION, len(made))
    records["image_id"] = uuid_array([image_id for image_id, _ in made])
    records["tag_id"] = [tag_id for _, tag_id in made]
    records["present"] = [decision.present for decision in made.values()]
    records["explicit"] = [decision.explicit for decision in made.values()]
    send_records(connection, "decisions", records)


def _read_decisions(
    connection: Connection, image_ids: Collection[UUID]
) -> dict[tuple[UUID, int], Decision]:
    """Return the current decisions, by the ids of image and tag."""
    rows = connection.execute(
        text(
            "SELECT image_id, tag_id, present, explicit FROM decisions WHERE image_id = ANY(:ids)"
        ),
        {"ids": list(image_ids)},
    )
    return {(row.image_id, row.tag_id): Decision(row.present, row.explicit) for row in rows}


def find_explicit(connection: Connection, image_ids: Collection[UUID]) -> dict[UUID, Sequence[int]]:
    """Return the tags that people voted on, by image."""
    rows = connection.execute(
        text("""
            SELECT image_id, array_agg(tag_id) AS tag_ids FROM decisions
            WHERE image_id = ANY(:ids) AND explicit GROUP BY image_id
        """),
        {"ids": list(image_ids)},
    )
    return {row.image_id: row.tag_ids for row in rows}


def find_votes(connection: Connection, image_ids: Collection[UUID]) -> dict[UUID, list[Vote]]:
    """Return each contributor's last vote on each tag, by image; undone votes are left out."""
    rows = connection.execute(
        text("""
            SELECT image_id, tag_id, verdict <> 'remove' AS present, weight, id
            FROM (
                SELECT DISTINCT ON (image_id, tag_id, contributor)
                       image_id, tag_id, verdict, corrections.id,
                       CASE WHEN set_aside_at IS NULL THEN trust ELSE 0 END AS weight
                FROM corrections JOIN contributors ON name = contributor
                WHERE image_id = ANY(:ids)
                ORDER BY image_id, tag_id, contributor, corrections.id DESC
            ) last_words
            WHERE verdict <> 'undo'
        """),
        {"ids": list(image_ids)},
    )
    votes = defaultdict(list)
    for row in rows:
        votes[row.image_id].append(Vote(row.tag_id, row.present, row.weight, row.id))
    return votes


def _decide(index: VocabularyIndex, votes: Iterable[Vote]) -> dict[int, Decision]:
    """Return decisions by tag id.

    A tag that is too new for `index` was made by people: it stands alone.
    """
    vocabulary, columns, ids = index.vocabulary, index.columns, index.tag_ids

    def ancestors(tag_id: int) -> list[int]:
        return ids[vocabulary.ancestors(columns[tag_id])].tolist() if tag_id in columns else []

    def descendants(tag_id: int) -> list[int]:
        return ids[vocabulary.descendants(columns[tag_id])].tolist() if tag_id in columns else []

    return decide(votes, ancestors, descendants)


def list_labels(
    connection: Connection, access: Access, after: tuple[UUID, int] | None, limit: int
) -> Sequence[RowMapping]:
    """Return the decisions on tags that people voted on, by image and tag id, from `after` on.

    Only of images that the caller may see.
    """
    query = (
        select(
            images.c.id,
            images.c.sha256,
            images.c.filename,
            images.c.width,
            images.c.height,
            images.c.owner,
            decisions.c.tag_id,
            tags.c.slug,
            tags.c.name,
            decisions.c.present,
        )
        .join(images, images.c.id == decisions.c.image_id)
        .join(tags, tags.c.id == decisions.c.tag_id)
        .where(decisions.c.explicit, access.allows())
    )
    if after is not None:
        query = query.where(tuple_(decisions.c.image_id, decisions.c.tag_id) > tuple_(*after))
    return (
        connection.execute(query.order_by(decisions.c.image_id, decisions.c.tag_id).limit(limit))
        .mappings()
        .all()
    )

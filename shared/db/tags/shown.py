"""Queries about the tags of images: people's decisions, and otherwise what the model shows."""

from collections.abc import Sequence, Set
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select, text

from shared.db.schema import decisions, tags
from shared.db.tags.known_tag import Kind, KnownTag
from shared.model.vocabulary_index import VocabularyIndex

# One row for each image: a row for each of its tags takes three times as long to read. The view
# `shown_tags` would have Postgres read the decisions about all images.
_SHOWN = text("""
    WITH decided AS MATERIALIZED (
        SELECT image_id, tag_id, present FROM decisions
        WHERE image_id = ANY(CAST(:image_ids AS uuid[]))
    )
    SELECT image_id, array_agg(tag_id) AS tag_ids, array_agg(confidence) AS confidences,
           array_agg(source) AS sources
    FROM (
        SELECT image_id, tag_id, confidence, 'model' AS source FROM image_tags
        WHERE image_id = ANY(CAST(:image_ids AS uuid[]))
          AND (image_id, tag_id) NOT IN (SELECT image_id, tag_id FROM decided)
        UNION ALL
        SELECT image_id, tag_id, CAST(1 AS real), 'user' FROM decided WHERE present
    ) AS shown
    GROUP BY image_id
""")
_Named = tuple[str, str, Kind, str | None]


class ShownTag(NamedTuple):
    """A tag that an image shows. owner: the tag's owner. source: "model" or "user"."""

    slug: str
    name: str
    kind: Kind
    owner: str | None
    confidence: float
    source: str


def tags_of_images(
    connection: Connection, image_ids: Sequence[UUID], index: VocabularyIndex | None = None
) -> dict[UUID, list[ShownTag]]:
    """Return the tags that each image shows: by people's decision, and otherwise by the model.

    index: the live vocabulary, whose words need not be read from the database then.
    """
    rows = connection.execute(_SHOWN, {"image_ids": list(image_ids)}).all()
    named = _name_tags(connection, {tag_id for row in rows for tag_id in row.tag_ids}, index)
    shown: dict[UUID, list[ShownTag]] = {image_id: [] for image_id in image_ids}
    for image_id, tag_ids, confidences, sources in rows:
        shown[image_id] = [
            ShownTag(*named[tag_id], confidence, source)
            for tag_id, confidence, source in zip(tag_ids, confidences, sources, strict=True)
            # It may have been deleted in between.
            if tag_id in named
        ]
    return shown


def _name_tags(
    connection: Connection, tag_ids: Set[int], index: VocabularyIndex | None
) -> dict[int, _Named]:
    """Return slug, name, kind and owner of tags, by id."""
    named: dict[int, _Named] = {}
    if index is not None:
        for tag_id in tag_ids & index.columns.keys():
            word = index.vocabulary.tags[index.columns[tag_id]]
            named[tag_id] = word.slug, word.name, "wordnet", None
    others = [tag_id for tag_id in tag_ids if tag_id not in named]
    if others:
        query = select(tags.c.id, tags.c.slug, tags.c.name, tags.c.kind, tags.c.owner)
        for tag_id, slug, name, kind, owner in connection.execute(
            query.where(tags.c.id.in_(others))
        ):
            named[tag_id] = slug, name, kind, owner
    return named


def find_decided(connection: Connection, image_id: UUID) -> dict[KnownTag, bool]:
    """Return people's decisions about an image's tags: whether it has them."""
    rows = connection.execute(
        select(tags.c.id, tags.c.slug, tags.c.name, tags.c.kind, tags.c.owner, decisions.c.present)
        .join(tags, tags.c.id == decisions.c.tag_id)
        .where(decisions.c.image_id == image_id)
    )
    return {KnownTag(*tag): present for *tag, present in rows}


def find_decided_of(
    connection: Connection, image_ids: Sequence[UUID]
) -> dict[UUID, dict[int, bool]]:
    """Return what people decided about images: by id and tag id, whether the image has the tag."""
    rows = connection.execute(
        select(decisions.c.image_id, decisions.c.tag_id, decisions.c.present).where(
            decisions.c.image_id.in_(image_ids)
        )
    )
    decided: dict[UUID, dict[int, bool]] = {}
    for row in rows:
        decided.setdefault(row.image_id, {})[row.tag_id] = row.present
    return decided

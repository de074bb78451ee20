"""Queries about the tags of images: people's decisions, and otherwise what the model shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from shared.db.schema import decisions, shown_tags, tags
from shared.db.tags.known_tag import Kind, KnownTag


@dataclass(frozen=True)
class ShownTag:
    """A tag that an image shows. owner: the tag's owner. source: "model" or "user"."""

    slug: str
    name: str
    kind: Kind
    owner: str | None
    confidence: float
    source: str


def tags_of_images(connection: Connection, image_ids: Sequence[UUID]) -> dict[UUID, list[ShownTag]]:
    """Return the tags that each image shows: by people's decision, and otherwise by the model."""
    rows = connection.execute(
        select(
            shown_tags.c.image_id,
            tags.c.slug,
            tags.c.name,
            tags.c.kind,
            tags.c.owner,
            shown_tags.c.confidence,
            shown_tags.c.source,
        )
        .join(tags, tags.c.id == shown_tags.c.tag_id)
        .where(shown_tags.c.image_id.in_(image_ids))
    ).all()
    shown: dict[UUID, list[ShownTag]] = {image_id: [] for image_id in image_ids}
    for image_id, *tag in rows:
        shown[image_id].append(ShownTag(*tag))
    return shown


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

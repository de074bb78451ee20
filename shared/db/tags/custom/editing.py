"""Rename, publish, merge and delete tags that people made, as queries.

Each runs in one transaction that `begin_edit` has begun, and leaves a row in `tag_edits`.
"""

from uuid import UUID

from sqlalchemy import Connection, select, text, update

from shared.db.corrections.decisions import lock_images, redecide
from shared.db.owners.access import EVERYTHING
from shared.db.schema import tags
from shared.db.tags.custom.edits import record_edit
from shared.db.tags.known_tag import KnownTag
from shared.model.names.tag_names import slug_of
from shared.model.vocabulary_index import VocabularyIndex

# Images whose decisions are recomputed at once, in the memory of a web process.
IMAGES_AT_ONCE = 1000


def rename_tag(connection: Connection, tag: KnownTag, name: str, key_id: int | None) -> None:
    """Give a tag another name, which no other tag has; the old one becomes an alias."""
    slug = slug_of(name)
    connection.execute(update(tags).where(tags.c.id == tag.id).values(name=name, slug=slug))
    connection.execute(
        text("DELETE FROM custom_aliases WHERE slug = :slug AND tag_id = :tag_id"),
        {"slug": slug, "tag_id": tag.id},
    )
    if slug != tag.slug:
        _add_alias(connection, tag, tag.id)
    record_edit(connection, "rename", tag, {"name": name, "slug": slug}, key_id)


def publish_tag(connection: Connection, tag: KnownTag, key_id: int | None) -> None:
    """Share an owner's tag with all owners; its aliases stay the owner's.

    No shared tag has its name.
    """
    connection.execute(update(tags).where(tags.c.id == tag.id).values(owner=None))
    record_edit(connection, "publish", tag, {}, key_id)


def merge_tags(
    connection: Connection,
    index: VocabularyIndex,
    tag: KnownTag,
    into: KnownTag,
    key_id: int | None,
) -> int:
    """Merge a tag into another: move its corrections, and make its name an alias.

    Returns how many corrections moved; they wait for the next run again, since the other tag has
    not learned from them.
    """
    image_ids = _find_images(connection, tag)
    ids = {"old": tag.id, "new": into.id}
    for statement in (
        "UPDATE withdrawn_corrections SET tag_id = :new WHERE tag_id = :old",
        "UPDATE finetune_runs SET tag_id = :new WHERE tag_id = :old",
        "UPDATE retag_jobs SET tag_id = :new WHERE tag_id = :old",
        "UPDATE custom_aliases SET tag_id = :new WHERE tag_id = :old",
        "DELETE FROM image_tags WHERE tag_id = :old",
    ):
        connection.execute(text(statement), ids)
    moved = connection.execute(
        text(
            "UPDATE corrections SET tag_id = :new, run_id = NULL, set_aside = false "
            "WHERE tag_id = :old"
        ),
        ids,
    ).rowcount
    _redecide(connection, index, image_ids)
    _delete_row(connection, tag)
    _add_alias(connection, tag, into.id)
    details = {"into": into.slug, "into_id": into.id, "corrections": moved}
    record_edit(connection, "merge", tag, details, key_id)
    return moved


def delete_tag(connection: Connection, tag: KnownTag, key_id: int | None) -> int:
    """Delete a tag with its corrections; return how many there were."""
    _find_images(connection, tag)
    parameters = {"tag_id": tag.id}
    for statement in (
        """
            UPDATE finetune_runs
            SET status = 'nothing', reason = 'The tag was deleted.', finished_at = now()
            WHERE tag_id = :tag_id AND status IN ('queued', 'running')
        """,
        "UPDATE finetune_runs SET tag_id = NULL WHERE tag_id = :tag_id",
        "DELETE FROM retag_jobs WHERE tag_id = :tag_id",
        "DELETE FROM image_tags WHERE tag_id = :tag_id",
        "DELETE FROM decisions WHERE tag_id = :tag_id",
    ):
        connection.execute(text(statement), parameters)
    deleted = connection.execute(
        text("DELETE FROM corrections WHERE tag_id = :tag_id"), parameters
    ).rowcount
    _delete_row(connection, tag)
    record_edit(connection, "delete", tag, {"corrections": deleted}, key_id)
    return deleted


def lock_tag(connection: Connection, tag: KnownTag) -> KnownTag | None:
    """Lock a tag until the transaction ends; return its current state, None if it is gone."""
    row = connection.execute(
        select(tags.c.id, tags.c.slug, tags.c.name, tags.c.kind, tags.c.owner)
        .where(tags.c.id == tag.id)
        .with_for_update()
    ).first()
    return None if row is None else KnownTag(*row)


def _find_images(connection: Connection, tag: KnownTag) -> list[UUID]:
    """Lock the images with corrections of the tag, then the tag, as corrections do."""
    query = text("SELECT DISTINCT image_id FROM corrections WHERE tag_id = :tag_id")
    image_ids = list(connection.scalars(query, {"tag_id": tag.id}))
    lock_images(connection, image_ids, EVERYTHING)
    lock_tag(connection, tag)
    # A transaction that held an image may have corrected the tag on others.
    later = list(connection.scalars(query, {"tag_id": tag.id}))
    return sorted({*image_ids, *later})


def _redecide(connection: Connection, index: VocabularyIndex, image_ids: list[UUID]) -> None:
    for start in range(0, len(image_ids), IMAGES_AT_ONCE):
        redecide(connection, index, image_ids[start : start + IMAGES_AT_ONCE])


def _delete_row(connection: Connection, tag: KnownTag) -> None:
    connection.execute(text("DELETE FROM tags WHERE id = :tag_id"), {"tag_id": tag.id})


def _add_alias(connection: Connection, tag: KnownTag, tag_id: int) -> None:
    """Have a tag's name mean a tag from now on, for those who knew the tag."""
    connection.execute(
        text("""
            INSERT INTO custom_aliases (owner, slug, alias, tag_id)
            VALUES (:owner, :slug, :name, :tag_id)
            ON CONFLICT (slug, coalesce(owner, ''), (owner IS NULL))
            DO UPDATE SET tag_id = :tag_id, alias = :name
        """),
        {"owner": tag.owner, "slug": tag.slug, "name": tag.name, "tag_id": tag_id},
    )

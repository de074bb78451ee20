"""The assets of a bridge to Immich: which images they are, and which tags they have there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text, update

from shared.db.events.immich import BridgeRun
from shared.db.schema import immich_assets

# How long Immich may take after a push until its tags are read back.
SETTLE_SECONDS = 60

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DueAsset:
    """An asset that is to be compared. pushed, pushing: slugs by value; noting: corrections."""

    asset_id: str
    filename: str
    image_id: UUID
    pushed: Values
    pushing: Values | None
    pushed_at: datetime | None
    is_rewritten: bool
    noting: Mapping[str, Values] | None
    noted_at: datetime | None
    model_version: int | None
    now: datetime


def note_assets(
    connection: Connection, run: BridgeRun, assets: Sequence[tuple[str, str, datetime]]
) -> None:
    """Store listed assets: id, file name and time of change."""
    if assets:
        connection.execute(
            text("""
                INSERT INTO immich_assets (connection, asset_id, filename, updated_at)
                VALUES (:name, :id, :filename, :updated)
                ON CONFLICT (connection, asset_id) DO UPDATE
                SET filename = CASE WHEN immich_assets.sent_at IS NULL THEN :filename ELSE '' END,
                    updated_at = :updated, gone_at = NULL, problem = NULL
                WHERE immich_assets.updated_at <> :updated OR immich_assets.gone_at IS NOT NULL
            """),
            [
                {"name": run.connection, "id": one[0], "filename": one[1], "updated": one[2]}
                for one in assets
            ],
        )


def known_assets(connection: Connection, run: BridgeRun) -> dict[str, str | None]:
    """Return all stored assets that are not gone: ids of images by ids of assets."""
    query = text("""
        SELECT asset_id, image_id FROM immich_assets WHERE connection = :name AND gone_at IS NULL
    """)
    rows = connection.execute(query, {"name": run.connection})
    return {row.asset_id: row.image_id and str(row.image_id) for row in rows}


def unsent_assets(
    connection: Connection, run: BridgeRun, after: str, limit: int
) -> Sequence[tuple[str, str, bytes | None]]:
    """Return assets that are to be sent: id, file name, and digest if sending began before."""
    rows = connection.execute(
        text("""
            SELECT asset_id, filename, sha256 FROM immich_assets
            WHERE connection = :name AND asset_id > :after
              AND sent_at IS NULL AND gone_at IS NULL AND problem IS NULL
            ORDER BY asset_id LIMIT :limit
        """),
        {"name": run.connection, "after": after, "limit": limit},
    )
    return [(row.asset_id, row.filename, row.sha256) for row in rows]


def update_asset(connection: Connection, run: BridgeRun, asset_id: str, **values: Any) -> None:
    """Set columns of an asset."""
    connection.execute(
        update(immich_assets)
        .where(immich_assets.c.connection == run.connection, immich_assets.c.asset_id == asset_id)
        .values(**values)
    )


def note_sent(connection: Connection, run: BridgeRun, asset_id: str, image_id: str) -> None:
    """Note which image an asset is. The file's name is forgotten: the image has it."""
    update_asset(
        connection, run, asset_id, image_id=image_id, filename="", sent_at=datetime.now(UTC)
    )


def mark_due(connection: Connection, run: BridgeRun, asset_ids: Sequence[str]) -> None:
    """Have assets compared again, even if neither side reports a change."""
    connection.execute(
        text("""
            UPDATE immich_assets SET is_due = true
            WHERE connection = :name AND asset_id = ANY(:ids) AND NOT is_due
        """),
        {"name": run.connection, "ids": list(asset_ids)},
    )


def due_assets(
    connection: Connection, run: BridgeRun, after: str, limit: int, also: Sequence[str] = ()
) -> Sequence[DueAsset]:
    """Return assets with tags to write or to read: those that changed on either side.

    also: ids of assets that are to be read too.
    """
    rows = connection.execute(
        text("""
            SELECT asset_id, image_name, image_id, pushed, pushing, pushed_at, is_rewritten, noting,
                   noted_at, model_now, now()
            FROM (
                SELECT assets.*, images.model_version AS model_now,
                       coalesce(nullif(images.filename, ''), asset_id) AS image_name,
                       images.status = 'tagged' AS is_tagged
                FROM immich_assets assets JOIN images ON images.id = assets.image_id
                WHERE connection = :name AND asset_id > :after AND gone_at IS NULL
            ) assets
            WHERE noting IS NOT NULL OR pushing IS NOT NULL
               OR (is_tagged AND (
                    pushed_at IS NULL OR is_due OR asset_id = ANY(:also)
                    OR model_version IS DISTINCT FROM model_now
                    OR EXISTS (
                        SELECT 1 FROM corrections
                        WHERE corrections.image_id = assets.image_id
                          AND corrections.created_at >= assets.pushed_at
                    )
                    OR (pushed_at < now() - make_interval(secs => :settle)
                        AND (compared_at IS NULL OR compared_at < updated_at))
               ))
            ORDER BY asset_id LIMIT :limit
        """),
        {
            "name": run.connection,
            "after": after,
            "limit": limit,
            "settle": SETTLE_SECONDS,
            "also": list(also),
        },
    )
    return [DueAsset(*row) for row in rows]


def count_untagged(connection: Connection, run: BridgeRun) -> int:
    """Count the sent pictures that are still queued."""
    count = connection.scalar(
        text("""
            SELECT count(*) FROM immich_assets JOIN images ON images.id = image_id
            WHERE connection = :name AND status = 'queued' AND gone_at IS NULL
        """),
        {"name": run.connection},
    )
    return int(count or 0)


def assets_with(connection: Connection, run: BridgeRun, value: str) -> tuple[set[str], set[str]]:
    """Return the assets known to have a tag in Immich, and those with a tag below it.

    Assets that are being written are left out.
    """
    rows = connection.execute(
        text("""
            SELECT asset_id, pushed ? :value AS is_exact FROM immich_assets
            WHERE connection = :name AND pushing IS NULL AND gone_at IS NULL
              AND image_id IS NOT NULL AND EXISTS (
                SELECT 1 FROM jsonb_object_keys(pushed) key
                WHERE key = :value OR starts_with(key, :value || '/')
              )
        """),
        {"name": run.connection, "value": value},
    )
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for row in rows:
        found[row.is_exact].add(row.asset_id)
    return found[True], found[False]


def forget_value(connection: Connection, run: BridgeRun, value: str) -> int:
    """Forget that assets have a tag, because it was deleted in Immich; return how many had it."""
    changed = connection.execute(
        text("""
            UPDATE immich_assets SET pushed = pushed - :value, pushing = pushing - :value
            WHERE connection = :name AND (pushed ? :value OR pushing ? :value)
        """),
        {"name": run.connection, "value": value},
    )
    return changed.rowcount


def mark_showing_due(connection: Connection, run: BridgeRun, slugs: Sequence[str]) -> None:
    """Have assets compared again whose image has one of these tags, however confident."""
    connection.execute(
        text("""
            UPDATE immich_assets SET is_due = true
            WHERE connection = :name AND image_id IN (
                SELECT image_id FROM image_tags JOIN tags ON tags.id = tag_id
                WHERE slug = ANY(:slugs)
            )
        """),
        {"name": run.connection, "slugs": list(slugs)},
    )

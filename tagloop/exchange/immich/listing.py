"""Find new and changed pictures in Immich."""

from datetime import UTC, datetime, timedelta

from shared.db.events.immich import note_listed, note_swept
from shared.db.events.immich_assets import (
    assets_with,
    known_assets,
    mark_due,
    note_assets,
    update_asset,
)
from tagloop.exchange.immich.api import Asset
from tagloop.exchange.immich.bridge import Bridge

# Pages shift while they are read, and a sweep finds what that hides.
SWEEP_AFTER = timedelta(days=1)
# A change may have the time of the last one that was listed.
OVERLAP = timedelta(seconds=5)


def list_pictures(bridge: Bridge) -> list[str]:
    """Store every picture that changed since the last listing, and is ready; return their ids.

    Pictures whose metadata is not extracted yet are left for the next time: Immich replaces the
    tags of a picture when it extracts its metadata.
    """
    listed: list[str] = []
    newest = bridge.run.listed_until
    waiting: list[datetime] = []
    since = newest - OVERLAP if newest else None
    for page in bridge.immich.pictures(since):
        ready = [asset for asset in page if asset.is_ready and not asset.is_trashed]
        waiting += [asset.updated_at for asset in page if not asset.is_ready]
        for asset in page:
            newest = max(newest or asset.updated_at, asset.updated_at)
        _note(bridge, ready)
        listed += [asset.id for asset in ready]
    # A picture that is not ready has to be listed again.
    until = min([*waiting, newest]) if newest else None
    if until and not bridge.options.is_dry_run:
        with bridge.state() as connection:
            note_listed(connection, bridge.run, until)
            if bridge.run.listed_until is None:
                note_swept(connection, bridge.run)
    return listed


def compare_everything(bridge: Bridge) -> None:
    """Compare everything: find pictures that were deleted, and tags that changed silently.

    Whether Immich notes a change of tags as a change of the picture is not documented.
    """
    listed = set()
    for page in bridge.immich.pictures(None):
        listed |= {asset.id for asset in page}
        _note(bridge, [asset for asset in page if asset.is_ready and not asset.is_trashed])
    with bridge.state() as connection:
        known = known_assets(connection, bridge.run)
    for asset_id in sorted(known.keys() - listed):
        # The listing may have skipped it while pages shifted.
        if bridge.immich.asset(asset_id) is None:
            forget_asset(bridge, asset_id, known[asset_id])
    for value, tag_id in bridge.immich.tags().items():
        if bridge.is_own(value):
            _compare_tag(bridge, value, tag_id)
    if not bridge.options.is_dry_run:
        with bridge.state() as connection:
            note_swept(connection, bridge.run)


def is_sweep_due(bridge: Bridge) -> bool:
    """Return whether the last sweep is too long ago."""
    swept_at = bridge.run.swept_at
    return swept_at is None or datetime.now(UTC) - swept_at > SWEEP_AFTER


def forget_asset(bridge: Bridge, asset_id: str, image_id: str | None) -> None:
    """Note that an asset was deleted in Immich. Its picture stays here without `--delete`."""
    bridge.report.count("pictures deleted in Immich")
    if bridge.options.is_dry_run:
        return
    with bridge.state() as connection:
        update_asset(connection, bridge.run, asset_id, gone_at=datetime.now(UTC))
    if bridge.options.deletes_images and image_id:
        bridge.client.delete_image(image_id)


def _note(bridge: Bridge, assets: list[Asset]) -> None:
    if not bridge.options.is_dry_run:
        with bridge.state() as connection:
            rows = [(asset.id, asset.filename, asset.updated_at) for asset in assets]
            note_assets(connection, bridge.run, rows)
        return
    with bridge.state() as connection:
        known = known_assets(connection, bridge.run)
    for asset in assets:
        if asset.id not in known:
            bridge.report.list(f"{asset.filename}: would be added")
            bridge.report.count("pictures would be added")


def _compare_tag(bridge: Bridge, value: str, tag_id: str) -> None:
    """Mark the assets that differ in one tag to be compared.

    Immich may also list assets that have a narrower tag, so this only says where to look.
    """
    there = bridge.immich.with_tag(tag_id)
    with bridge.state() as connection:
        here, below = assets_with(connection, bridge.run, value)
        if not bridge.options.is_dry_run:
            differing = (here - there) | (there - here - below)
            mark_due(connection, bridge.run, sorted(differing))

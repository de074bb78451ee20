"""Write tags to Immich: only differences, one call for each tag and many pictures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from shared.db.events.immich import bridge_tags, put_tag
from shared.db.events.immich_assets import DueAsset, update_asset
from tagloop.bulk.patience import patiently
from tagloop.client.documents import TAGGED
from tagloop.client.errors import Refused
from tagloop.exchange.immich.api import ABSENT
from tagloop.exchange.immich.bridge import Bridge
from tagloop.exchange.immich.transport import ImmichRefused
from tagloop.exchange.immich.vanishing import find_vanished
from tagloop.exchange.xmp.packets.words import TAGS_LIST
from tagloop.exchange.xmp.tagged import words_of

# Immich's answer about an asset that does not exist, or is not the caller's.
GONE = ("not_found", "no_permission")


@dataclass(frozen=True, slots=True)
class Plan:
    """The tags that an asset should have: slugs by value. add, remove: the differences."""

    due: DueAsset
    wanted: Mapping[str, str]
    add: frozenset[str]
    remove: frozenset[str]


def push(bridge: Bridge, due: Sequence[DueAsset]) -> None:
    """Bring the tags of assets in Immich up to date.

    What is about to be written is noted first. So if a process is killed, the next one knows that
    the tags are the bridge's own, and writes them again.
    """
    with bridge.state() as connection:
        tags = bridge_tags(connection, bridge.run)
    stopped = frozenset(value for value, tag in tags.items() if tag.stopped_at is not None)
    plans = [plan for one in due if (plan := _plan(bridge, one, stopped)) is not None]
    changes = [plan for plan in plans if plan.add or plan.remove]
    for plan in changes:
        words = [*(f"+{value}" for value in plan.add), *(f"-{value}" for value in plan.remove)]
        bridge.report.list(f"{plan.due.filename}: would be tagged: {', '.join(sorted(words))}")
    if bridge.options.is_dry_run:
        bridge.report.count("pictures would be tagged", len(changes))
        return
    with bridge.state() as connection:
        for plan in changes:
            pushing = {**plan.due.pushed, **plan.wanted}
            update_asset(connection, bridge.run, plan.due.asset_id, pushing=pushing)
    failed, gone = _write(bridge, changes)
    with bridge.state() as connection:
        for plan in plans:
            asset_id = plan.due.asset_id
            if asset_id in gone:
                update_asset(
                    connection, bridge.run, asset_id, gone_at=datetime.now(UTC), pushing=None
                )
            elif asset_id not in failed:
                _finish(connection, bridge, plan)
                bridge.report.count("pictures tagged", bool(plan.add or plan.remove))
    bridge.report.count("pictures deleted in Immich", len(gone))


def _plan(bridge: Bridge, due: DueAsset, stopped: frozenset[str]) -> Plan | None:
    """Return the tags that an asset should have; None if its image is not tagged or is gone.

    stopped: tags that are not written any more.
    """
    ask = partial(bridge.client.image, str(due.image_id), precision=bridge.options.precision)
    try:
        image = patiently(ask, bridge.stop)
    except Refused:
        return None
    if image.status != TAGGED:
        return None
    wanted = {
        bridge.value_of(TAGS_LIST.item(word.path)): word.slug
        for word in words_of(image.tags)
        if word.is_narrowest
    }
    wanted = {value: slug for value, slug in wanted.items() if value not in stopped}
    former = due.pushed if due.pushing is None else {**due.pushed, **due.pushing}
    add = wanted.keys() - (due.pushed.keys() if due.pushing is None else ())
    return Plan(due, wanted, frozenset(add), frozenset(former.keys() - wanted.keys()))


def _write(bridge: Bridge, plans: Sequence[Plan]) -> tuple[set[str], set[str]]:
    """Tag and untag; return the assets that have to be written again, and those that are gone."""
    adding: defaultdict[str, list[str]] = defaultdict(list)
    removing: defaultdict[str, list[str]] = defaultdict(list)
    for plan in plans:
        for value in plan.add:
            adding[value].append(plan.due.asset_id)
        for value in plan.remove:
            removing[value].append(plan.due.asset_id)
    slugs = {value: slug for plan in plans for value, slug in plan.wanted.items()}
    ids = _tag_ids(bridge, {value: slugs[value] for value in adding})
    failed: set[str] = set()
    gone: set[str] = set()
    for values, change in ((adding, bridge.immich.tag), (removing, bridge.immich.untag)):
        for value, asset_ids in values.items():
            if value not in ids:
                # Untagging a tag that is not there is done; tagging waits for the next pass.
                failed.update(asset_ids if values is adding else ())
                continue
            try:
                done = change(ids[value], asset_ids)
            except ImmichRefused as error:
                if error.code not in ABSENT:
                    raise
                # The tag was deleted a moment ago.
                find_vanished(bridge)
                failed.update(asset_ids)
                continue
            for asset_id in asset_ids:
                error_of = done.get(asset_id, "unanswered")
                # An asset that lacks a tag already is untagged.
                if error_of in GONE and values is adding:
                    gone.add(asset_id)
                elif error_of and values is adding:
                    failed.add(asset_id)
    return failed, gone


def _tag_ids(bridge: Bridge, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of all tags that exist in Immich, after making those that are missing."""
    there = bridge.immich.tags()
    with bridge.state() as connection:
        known = bridge_tags(connection, bridge.run)
    # A tag that existed before and is gone was deleted by people: it must not come back
    # automatically.
    missing = [value for value in sorted(wanted) if value not in there and value not in known]
    made = bridge.immich.make_tags(missing)
    with bridge.state() as connection:
        for value, slug in wanted.items():
            if value not in known and (tag_id := (there | made).get(value)):
                put_tag(connection, bridge.run, value, slug, tag_id)
    return {
        value: tag_id
        for value, tag_id in (there | made).items()
        if value not in known or known[value].tag_id == tag_id
    }


def _finish(connection: Connection, bridge: Bridge, plan: Plan) -> None:
    """Note that Immich and Tagloop agree on an asset, as of the moment when it was read here."""
    values: dict[str, Any] = {
        "pushed": dict(plan.wanted),
        "pushing": None,
        "pushed_at": plan.due.now,
        "model_version": plan.due.model_version,
        "is_due": False,
    }
    if plan.add or plan.remove:
        # Looked at once more when Immich has had time to extract metadata.
        values["compared_at"] = None
    update_asset(connection, bridge.run, plan.due.asset_id, **values)

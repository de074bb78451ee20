"""Read people's changes of tags in Immich back, as corrections."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from shared.db.events.immich_assets import DueAsset, update_asset
from shared.model.names.tag_names import clean_name, slug_of
from tagloop.bulk.patience import patiently
from tagloop.client.client import Client
from tagloop.client.errors import describe_problem
from tagloop.client.teaching_documents import Verdicts
from tagloop.evaluation.tag_index import TagIndex
from tagloop.exchange.immich.api import Asset
from tagloop.exchange.immich.bridge import Bridge
from tagloop.exchange.immich.listing import forget_asset
from tagloop.exchange.immich.vanishing import find_vanished, is_everywhere, vanish

Group = tuple[DueAsset, Mapping[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class TagChanges:
    """What people changed of an asset's tags in Immich: slugs or names of tags by value."""

    due: DueAsset
    asset: Asset
    added: Mapping[str, str]
    removed: Mapping[str, str]

    @property
    def has_lost_all(self) -> bool:
        """Return whether several tags are gone at once and none was added."""
        return 1 < len(self.removed) == len(self.due.pushed) and not self.added


class TagNames:
    """The server's tags by word; asks for a word when it first occurs."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._index: TagIndex | None = None

    def resolve(self, word: str) -> str:
        """Return the slug of the tag that a word means, or the name of a new tag.

        Raises ValueError: no tag can have this name.
        """
        if self._index is None:
            self._index = TagIndex(self._client.tags())
        return self._index.resolve(word) or clean_name(word)


def compare(bridge: Bridge, due: Sequence[DueAsset], names: TagNames) -> list[DueAsset]:
    """Turn what people changed into corrections; return the assets as they are now in Immich.

    Assets that are being written are not compared, because only some of their tags are there.
    """
    untouched = [one for one in due if one.pushing is not None or one.pushed_at is None]
    differences = []
    for one in due:
        if one.pushing is None and one.pushed_at is not None:
            asset = bridge.immich.asset(one.asset_id)
            if asset is None:
                forget_asset(bridge, one.asset_id, str(one.image_id))
            else:
                differences.append(_difference(bridge, one, asset, names))
    differences = _without_vanished(bridge, differences)
    compared = [_rewritten(bridge, one) or one for one in differences]
    corrected = _correct(bridge, compared)
    return sorted([*untouched, *corrected], key=lambda one: one.asset_id)


def finish_noted(bridge: Bridge, due: Sequence[DueAsset]) -> list[DueAsset]:
    """Finish corrections that an earlier process was about to send, without sending any twice."""
    finished = []
    for one in due:
        if one.noting is None or bridge.options.is_dry_run:
            finished.append(one)
            continue
        noting = one.noting
        answer = patiently(partial(bridge.client.corrections_of, str(one.image_id)), bridge.stop)
        sent = {
            (correction["tag"], correction["verdict"])
            for correction in answer
            if correction["user"] == bridge.options.user
            and one.noted_at is not None
            and datetime.fromisoformat(correction["created_at"]) >= one.noted_at
        }
        add = {v: s for v, s in noting["add"].items() if (slug_of(s), "add") not in sent}
        remove = {v: s for v, s in noting["remove"].items() if (s, "remove") not in sent}
        if add or remove:
            _send(bridge, [(one, add, remove)])
        pushed = {v: s for v, s in one.pushed.items() if v not in noting["remove"]}
        pushed |= {value: slug_of(tag) for value, tag in noting["add"].items()}
        with bridge.state() as connection:
            update_asset(connection, bridge.run, one.asset_id, noting=None, pushed=pushed)
        finished.append(replace(one, noting=None, pushed=pushed))
    return finished


def _difference(bridge: Bridge, due: DueAsset, asset: Asset, names: TagNames) -> TagChanges:
    present = {value for value in asset.tags if bridge.is_own(value)}
    added = {}
    for value in sorted(present - due.pushed.keys()):
        word = value.rpartition("/")[2]
        try:
            added[value] = names.resolve(word)
        except ValueError as error:
            bridge.report.problem(f"{due.filename}: {value!r} cannot be a tag: {error}.")
    removed = {value: slug for value, slug in due.pushed.items() if value not in present}
    return TagChanges(due, asset, added, removed)


def _without_vanished(bridge: Bridge, differences: list[TagChanges]) -> list[TagChanges]:
    """Leave out tags that were deleted from Immich altogether: no picture was judged."""
    lost = Counter(value for one in differences for value in one.removed)
    if not lost:
        return differences
    there, changed = find_vanished(bridge)
    gone = {value for value in lost if value not in there or value in changed}
    slugs = {value: slug for one in differences for value, slug in one.removed.items()}
    nowhere = {
        value: slugs[value]
        for value, number in lost.items()
        if value not in gone and is_everywhere(bridge, there[value], number)
    }
    if nowhere:
        vanish(bridge, nowhere, {})
    gone |= nowhere.keys()
    return [
        replace(
            one,
            due=replace(one.due, pushed=_without(one.due.pushed, gone)),
            removed=_without(one.removed, gone),
        )
        for one in differences
    ]


def _rewritten(bridge: Bridge, one: TagChanges) -> TagChanges | None:
    """Return the difference of an asset that lost all tags for the first time; else None.

    That happens when Immich extracts its metadata again, so the tags are written again, once.
    """
    if not one.has_lost_all or one.due.is_rewritten:
        return None
    bridge.report.count("pictures had lost all tags, which are written again")
    if not bridge.options.is_dry_run:
        with bridge.state() as connection:
            update_asset(connection, bridge.run, one.due.asset_id, pushed={}, is_rewritten=True)
    return replace(one, due=replace(one.due, pushed={}, is_rewritten=True), removed={})


def _correct(bridge: Bridge, differences: Sequence[TagChanges]) -> list[DueAsset]:
    """Send corrections; return the assets with the tags that they have now."""
    changed = [one for one in differences if one.added or one.removed]
    for one in changed:
        words = [f"+{tag}" for tag in one.added.values()]
        words += [f"-{slug}" for slug in one.removed.values()]
        bridge.report.list(f"{one.due.filename}: would be corrected: {', '.join(words)}")
    if bridge.options.is_dry_run:
        bridge.report.count("pictures would be corrected", len(changed))
    else:
        with bridge.state() as connection:
            for one in changed:
                noting = {"add": dict(one.added), "remove": dict(one.removed)}
                now = one.due.now
                update_asset(connection, bridge.run, one.due.asset_id, noting=noting, noted_at=now)
        if changed:
            _send(bridge, [(one.due, one.added, one.removed) for one in changed])
    results = [_now(one) for one in differences]
    if not bridge.options.is_dry_run:
        with bridge.state() as connection:
            for difference, result in zip(differences, results, strict=True):
                update_asset(
                    connection,
                    bridge.run,
                    result.asset_id,
                    noting=None,
                    is_due=False,
                    pushed=dict(result.pushed),
                    updated_at=difference.asset.updated_at,
                    compared_at=difference.asset.updated_at,
                )
    return results


def _send(bridge: Bridge, groups: Sequence[Group]) -> None:
    """Send corrections: for each asset what was added and removed, tags by value."""
    verdicts = [
        Verdicts(str(due.image_id), add=_tags(added, removed), remove=_tags(removed, added))
        for due, added, removed in groups
    ]
    send = partial(bridge.client.correct_many, verdicts, user=bridge.options.user)
    problems: list[dict[str, Any] | None] = patiently(send, bridge.stop)
    for (due, added, removed), problem in zip(groups, problems, strict=True):
        if problem is None:
            bridge.report.count("pictures corrected")
        elif len(added) + len(removed) > 1:
            # One tag that cannot be corrected must not affect the others.
            adds: list[Group] = [(due, {value: tag}, {}) for value, tag in added.items()]
            _send(bridge, adds + [(due, {}, {value: slug}) for value, slug in removed.items()])
        else:
            bridge.report.problem(f"{due.filename}: {describe_problem(problem)}")


def _now(one: TagChanges) -> DueAsset:
    pushed = _without(one.due.pushed, set(one.removed))
    pushed |= {value: slug_of(tag) for value, tag in one.added.items()}
    return replace(one.due, pushed=pushed)


def _tags(values: Mapping[str, str], others: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tags, each once, without those that only moved below another word."""
    return tuple(tag for tag in dict.fromkeys(values.values()) if tag not in others.values())


def _without(values: Mapping[str, str], gone: set[str]) -> dict[str, str]:
    return {value: slug for value, slug in values.items() if value not in gone}

"""`tagloop connect immich`: one pass, or one every few minutes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from sqlalchemy import Engine

from shared.db.events.immich import begin_run, read_run, resume_tags
from shared.db.events.immich_assets import (
    DueAsset,
    count_untagged,
    due_assets,
    mark_showing_due,
)
from shared.errors import Conflict, TagloopError
from tagloop.client.client import Client
from tagloop.exchange.immich.api import Immich
from tagloop.exchange.immich.bridge import Bridge, Options
from tagloop.exchange.immich.comparing import TagNames, compare, finish_noted
from tagloop.exchange.immich.listing import compare_everything, is_sweep_due, list_pictures
from tagloop.exchange.immich.pushing import push
from tagloop.exchange.immich.report import BridgeReport
from tagloop.exchange.immich.sending import send_pictures
from tagloop.exchange.immich.transport import BridgeStopped
from tagloop.exchange.immich.vanishing import find_vanished

ASSETS_PER_BATCH = 200
POLL_SECONDS = 0.2
# How long one pass waits for the pictures that it sent to be tagged.
TAGGING_SECONDS = 600.0


def check_key(immich: Immich) -> None:
    """Raise Conflict if the key lacks a permission."""
    if missing := immich.missing_permissions():
        raise Conflict(f"The key of Immich lacks these permissions: {', '.join(missing)}.")


def open_bridge(
    immich: Immich,
    client: Client,
    engine: Engine,
    *,
    name: str,
    options: Options,
    stop: Event,
    alive: Path | None = None,
) -> "Passes":
    """Return the passes of a bridge; raises what the servers raise, and Conflict.

    alive: a file that is touched while the bridge works.
    """
    client.check()
    check_key(immich)
    if options.is_dry_run:
        run = read_run(engine, name)
    else:
        run = begin_run(engine, name, immich.server, options.owner)
    report = BridgeReport(is_dry_run=options.is_dry_run)
    return Passes(Bridge(immich, client, engine, run, options, report, stop, alive))


class Passes:
    """Passes of one bridge, one after the other."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def again(self, value: str) -> bool:
        """Write a tag again that was stopped because it was gone from Immich."""
        with self._bridge.state() as connection:
            slugs = resume_tags(connection, self._bridge.run, value)
            mark_showing_due(connection, self._bridge.run, slugs)
        return bool(slugs)

    def once(self) -> str:
        """Make one pass; return what it did as a sentence."""
        run = read_run(self._bridge.engine, self._bridge.run.connection)
        state = replace(run, number=self._bridge.run.number)
        bridge = replace(self._bridge, run=state)
        # The first listing is complete already.
        if run.listed_until is not None and is_sweep_due(bridge) and not bridge.options.is_dry_run:
            compare_everything(bridge)
        listed = list_pictures(bridge)
        # A dry run stores nothing, so what changed is passed on.
        changed = listed if bridge.options.is_dry_run else []
        send_pictures(bridge)
        until = time.monotonic() + TAGGING_SECONDS
        names = TagNames(bridge.client)
        while True:
            # Asked first, so that a picture tagged meanwhile is not left for the next pass.
            is_waiting = not bridge.options.is_dry_run and self._is_waiting(bridge)
            self._work_on_due(bridge, names, changed)
            if not is_waiting or time.monotonic() > until or bridge.stop.wait(POLL_SECONDS):
                break
        summary = bridge.report.summary() or "nothing to do"
        return f"{summary[0].upper()}{summary[1:]}."

    def forever(self, every_seconds: float, say: Callable[[str], None]) -> None:
        """Make passes until `stop` is set; an error ends only its pass.

        Raises Conflict when another process took the bridge over.
        """
        while not self._bridge.stop.is_set():
            try:
                done = self.once()
                if not done.startswith("Nothing"):
                    say(done)
            except Conflict:
                raise
            except BridgeStopped:
                return
            except TagloopError as error:
                say(str(error))
            self._bridge.stop.wait(every_seconds)

    def _work_on_due(self, bridge: Bridge, names: TagNames, changed: Sequence[str] = ()) -> None:
        find_vanished(bridge)
        after = ""
        while due := self._due(bridge, after, changed):
            after = due[-1].asset_id
            push(bridge, compare(bridge, finish_noted(bridge, due), names))

    def _due(self, bridge: Bridge, after: str, changed: Sequence[str]) -> list[DueAsset]:
        with bridge.state() as connection:
            return list(due_assets(connection, bridge.run, after, ASSETS_PER_BATCH, changed))

    def _is_waiting(self, bridge: Bridge) -> bool:
        with bridge.state() as connection:
            return count_untagged(connection, bridge.run) > 0

"""One run: start the real stack, load it, strike, audit."""

import random
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from shared.db.connection.engine import connect_engine
from tagloop.local.environment import database_url
from tests.chaos.audit import Audit, audit
from tests.chaos.faults.faults import Scene
from tests.chaos.faults.schedule import Struck, await_recovery, play
from tests.chaos.load.client import Client
from tests.chaos.load.ledger import Ledger
from tests.chaos.load.load import loading
from tests.chaos.load.pictures import Pictures
from tests.chaos.stack import Stack, StackFailed
from tests.chaos.usage import Usage, usage_by_role

PROMISED_RECOVERY_SECONDS = 30.0
# Shorter than the defaults, so that a run need not wait for them; the paths are the same.
SETTINGS = {"TAGLOOP_LEASE_SECONDS": "15", "TAGLOOP_DECODE_SECONDS": "3"}


@dataclass(frozen=True)
class Plan:
    """What to do; the same seed gives the same faults in the same order."""

    faults: int
    seed: int
    max_seconds: float
    max_freeze_seconds: float


@dataclass(frozen=True)
class Outcome:
    """What happened. lost: how many images, by the kind of fault that struck last before them."""

    plan: Plan
    struck: list[Struck]
    audit: Audit
    ledger: Ledger
    lost: Counter[str]
    usage: tuple[dict[str, Usage], dict[str, Usage]]
    seconds: float

    @property
    def broken(self) -> list[str]:
        """A sentence for each promise that was broken."""
        slow = [
            f"{fault.kind}: work went on only after {fault.recovery_seconds:.0f} s"
            for fault in self.struck
            if (fault.recovery_seconds or 0) > PROMISED_RECOVERY_SECONDS
        ]
        return [*self.audit.broken, *slow]


def run(plan: Plan, folder: Path, note: Callable[[Struck], None]) -> Outcome:
    """Carry out a plan on a fresh stack in the folder.

    note: called after each fault.

    Raises:
        StackFailed: the stack did not start, did not stop, or did not come back after a fault.
    """
    began_at = time.monotonic()
    ledger, pictures = Ledger(), Pictures()
    stack = Stack(folder, SETTINGS)
    client = Client(stack.url, ledger)
    scene = Scene(stack, client, pictures, random.Random(plan.seed), plan.max_freeze_seconds)
    stack.start()
    try:
        await_recovery(scene)
        before = usage_by_role(stack)
        with loading(client, pictures, ledger):
            struck = play(scene, plan.faults, began_at + plan.max_seconds, note)
        engine = connect_engine(database_url(stack.data), pool_size=1)
        try:
            result = audit(stack, engine, client, ledger)
        finally:
            engine.dispose()
        after = usage_by_role(stack)
    except BaseException:
        stack.kill()
        raise
    result = stop(stack, result)
    seconds = time.monotonic() - began_at
    lost = count_lost(ledger, struck, result)
    return Outcome(plan, struck, result, ledger, lost, (before, after), seconds)


def stop(stack: Stack, result: Audit) -> Audit:
    """Stop the stack; one that does not stop cleanly has broken a promise too."""
    try:
        stack.stop()
    except StackFailed as error:
        return replace(result, broken=(*result.broken, str(error)))
    return result


def count_lost(ledger: Ledger, struck: list[Struck], result: Audit) -> Counter[str]:
    """Lost images by the kind of the fault that began last before they were accepted."""
    beginnings = [fault.began_at for fault in struck]
    kinds = ["before any fault", *(fault.kind for fault in struck)]
    return Counter(kinds[bisect(beginnings, ledger.accepted[i].at)] for i in result.lost)

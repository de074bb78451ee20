"""A seeded, random schedule of faults, and the time to recover from each."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.chaos.decoder_shim.sitecustomize import CRASH, EAT_MEMORY, HANG
from tests.chaos.faults.faults import (
    Scene,
    Strike,
    fill_disk,
    freeze,
    kill,
    kill_everything,
    kill_web_worker,
    lose_redis,
    restart_rolling,
    take_down,
    terminate,
)
from tests.chaos.faults.picture_faults import damage, harm_blobs, poison, remove
from tests.chaos.stack import StackFailed

KINDS: dict[str, Strike] = {
    "kill -9 worker": kill("worker"),
    "kill -9 web worker": kill_web_worker,
    "kill -9 web": kill("web"),
    "kill -9 beat": kill("beat"),
    "kill -9 trainer": kill("trainer"),
    "kill -9 Redis, data lost": lose_redis,
    "kill -9 Postgres": kill("postgres"),
    "kill -9 everything": kill_everything,
    "Redis does not answer": freeze("redis"),
    "Postgres does not answer": freeze("postgres"),
    "Redis refuses connections": take_down("redis"),
    "Postgres refuses connections": take_down("postgres"),
    "SIGTERM worker": terminate("worker"),
    "SIGTERM web": terminate("web"),
    "rolling restart of web": restart_rolling,
    "disk full": fill_disk,
    "blob gone": harm_blobs(remove),
    "blob damaged": harm_blobs(damage),
    "picture crashes decoder": poison(CRASH),
    "picture hangs decoder": poison(HANG),
    "picture eats memory": poison(EAT_MEMORY),
}
# The share of faults after which the next one strikes before the stack is over the first.
OVERLAP_SHARE = 0.15
MAX_PAUSE_SECONDS = 2.0
# A probe that is not tagged by then never will be.
GIVE_UP_SECONDS = 180.0
LOOK_SECONDS = 0.05
PROBE_OWNER = "probe"


@dataclass(frozen=True)
class Struck:
    """A fault that happened.

    began_at: on the monotonic clock, in seconds.
    recovery_seconds: from its end until a picture sent after it was tagged; None where the next
    fault struck at once.
    """

    kind: str
    began_at: float
    recovery_seconds: float | None


def play(
    scene: Scene, faults: int, deadline: float, note: Callable[[Struck], None]
) -> list[Struck]:
    """Cause faults until there were enough or the time is over.

    Raises:
        StackFailed: the stack does not come back.
    """
    struck: list[Struck] = []
    for kind in shuffled_decks(scene.chance):
        if len(struck) == faults or time.monotonic() > deadline:
            return struck
        began_at = time.monotonic()
        over_at = KINDS[kind](scene)
        is_last = len(struck) == faults - 1
        recovery = None
        if is_last or scene.chance.random() >= OVERLAP_SHARE:
            recovery = await_recovery(scene) - over_at
            time.sleep(scene.chance.uniform(0, MAX_PAUSE_SECONDS))
        struck.append(Struck(kind, began_at, recovery))
        note(struck[-1])
    return struck


def shuffled_decks(chance: random.Random) -> Iterator[str]:
    """Yield kinds of faults without end, each as often as any other."""
    while True:
        yield from chance.sample(list(KINDS), len(KINDS))


def await_recovery(scene: Scene) -> float:
    """The monotonic time at which a picture sent from now on is tagged, in seconds.

    Raises:
        StackFailed: the supervisor has ended, or the picture is not tagged after three minutes.
    """
    deadline = time.monotonic() + GIVE_UP_SECONDS
    ids: list[str] = []
    while True:
        ids = ids or scene.client.send([scene.pictures.next()], PROBE_OWNER)
        if ids and scene.client.status(ids[0]) not in (None, "queued"):
            return time.monotonic()
        if not scene.stack.is_running():
            raise StackFailed(f"The supervisor has ended: {scene.stack.said()}")
        if time.monotonic() > deadline:
            raise StackFailed(f"Nothing is tagged {GIVE_UP_SECONDS:.0f} s after the last fault.")
        time.sleep(LOOK_SECONDS)

"""Faults of the stack's processes. Each function returns when its fault was over."""

import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from tests.chaos.load.client import Client
from tests.chaos.load.pictures import Pictures
from tests.chaos.stack import Stack, StackFailed

MIN_FREEZE_SECONDS = 1.0
# No picture fits; what a process has open already still does.
FULL_DISK_BYTES = 4096
END_SECONDS = 60.0


@dataclass(frozen=True)
class Scene:
    """What faults work with."""

    stack: Stack
    client: Client
    pictures: Pictures
    chance: random.Random
    max_freeze_seconds: float

    def freeze_seconds(self) -> float:
        """How long a process is frozen or down."""
        return self.chance.uniform(MIN_FREEZE_SECONDS, self.max_freeze_seconds)


# Returns the monotonic time at which the fault was over, in seconds.
Strike = Callable[[Scene], float]


def kill(role: str) -> Strike:
    """`kill -9` of the process of a role."""

    def strike(scene: Scene) -> float:
        send([scene.stack.find(role)], signal.SIGKILL)
        return time.monotonic()

    return strike


def kill_web_worker(scene: Scene) -> float:
    """`kill -9` of one of the processes that answer requests."""
    workers = scene.stack.tree("web")[1:]
    send(scene.chance.sample(workers, k=min(1, len(workers))), signal.SIGKILL)
    return time.monotonic()


def lose_redis(scene: Scene) -> float:
    """`kill -9` of Redis, which finds an empty folder when it starts again."""
    server = scene.stack.find("redis")
    # It goes on writing to files that have no name any more.
    shutil.rmtree(scene.stack.data.redis, ignore_errors=True)
    send([server], signal.SIGKILL)
    scene.stack.data.redis.mkdir(exist_ok=True)
    return time.monotonic()


def kill_everything(scene: Scene) -> float:
    """All processes at once; started again on the same data."""
    scene.stack.kill()
    over = time.monotonic()
    scene.stack.start()
    return over


def terminate(role: str) -> Strike:
    """Ask the process of a role to end, and wait for it; raises StackFailed if it does not end."""

    def strike(scene: Scene) -> float:
        process = scene.stack.find(role)
        send([process], signal.SIGTERM)
        _, alive = psutil.wait_procs([process], END_SECONDS)
        if alive:
            raise StackFailed(f"{role} lives {END_SECONDS:.0f} s after SIGTERM.")
        return time.monotonic()

    return strike


def restart_rolling(scene: Scene) -> float:
    """Start new web processes that take over while the old ones finish their requests."""
    send([scene.stack.find("web")], signal.SIGHUP)
    return time.monotonic()


def freeze(role: str) -> Strike:
    """Freeze the process of a role and all its descendants for a while."""

    def strike(scene: Scene) -> float:
        with frozen(scene.stack.tree(role)):
            time.sleep(scene.freeze_seconds())
        return time.monotonic()

    return strike


def take_down(role: str) -> Strike:
    """`kill -9` of the process of a role, and keep it down for a while: connections are refused."""

    def strike(scene: Scene) -> float:
        process = scene.stack.find(role)
        with frozen([scene.stack.supervisor]):
            send([process], signal.SIGKILL)
            time.sleep(scene.freeze_seconds())
        return time.monotonic()

    return strike


def fill_disk(scene: Scene) -> float:
    """Prevent the files that a web process writes from growing, so no picture can be stored.

    The limit on the size of files is the one full disk that needs no root and leaves nothing
    behind; a write fails half way in the same manner.
    """
    workers = scene.stack.tree("web")[1:]
    for worker in workers:
        limit_files(worker, FULL_DISK_BYTES)
    time.sleep(scene.freeze_seconds())
    for worker in workers:
        limit_files(worker, resource.RLIM_INFINITY)
    return time.monotonic()


def limit_files(process: psutil.Process, max_bytes: int) -> None:
    """Limit the size of the files that a process writes."""
    try:
        _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (max_bytes, hard))
    except psutil.NoSuchProcess:
        return


@contextmanager
def frozen(processes: list[psutil.Process]) -> Iterator[None]:
    """Stop processes with SIGSTOP while the block runs."""
    send(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        send(processes, signal.SIGCONT)


def send(processes: list[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to the processes that are still alive."""
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue

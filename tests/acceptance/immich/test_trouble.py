"""`tagloop connect immich` when Immich does not answer, pictures vanish or the process is
killed.
"""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine

from shared.errors import Conflict
from tagloop.exchange.immich.run import Passes
from tagloop.exchange.immich.transport import ImmichAway, ImmichRefused
from tests.acceptance.api import Api
from tests.acceptance.commands import COFFEE, COMMAND
from tests.acceptance.conftest import Server
from tests.acceptance.immich.steps import PHOTOS, add, corrections, later, leaf, tomorrow
from tests.support.immich.server import KEY, StandIn

pytestmark = pytest.mark.acceptance

# Of the moments at which a process is killed, every fifth one: before and after calls in turn. With
# 1 it is killed at each, which takes five times as long.
STRIDE = 5


class Killed(BaseException):
    """The process is killed here."""


def test_a_failing_immich_costs_only_time(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    """Requests of every kind fail in every way, and each thing is done once."""
    faults = (500, "half", 503)
    failed: set[tuple[str, object]] = set()
    (coffee, rocket, cat) = add(stand_in, "coffee.png", "rocket.jpg", "cat.png")
    stand_in.page_size = 2

    def fault(request: str) -> int | str | None:
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", request)
        for one in faults:
            if (kind, one) not in failed:
                failed.add((kind, one))
                return one
        return None

    stand_in.fault = fault
    for _ in range(60):
        try:
            start("trouble").once()
        except (ImmichAway, ImmichRefused):
            continue
        break
    else:
        pytest.fail("it never got through")
    stand_in.fault = lambda request: None
    later(engine)
    start("trouble").once()

    assert len(api.list("trouble")) == 3
    assert all(stand_in.library.values(picture) for picture in (coffee, rocket, cat))
    assert corrections(api, "trouble") == []
    waited: list[str] = []

    def busy(request: str) -> int | None:
        waited.append(request)
        return 429 if len(waited) == 1 else None

    stand_in.fault = busy
    assert start("trouble").once() == "Nothing to do."
    assert waited[0] == waited[1], "the same again, after the second that it asked for"
    stand_in.fault = lambda request: None
    stand_in.permissions.remove("tag.asset")
    with pytest.raises(Conflict, match=r"lacks these permissions: tag\.asset"):
        start("trouble")


def test_pictures_that_are_deleted_meanwhile_hold_nothing_up(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    library = stand_in.library
    coffee, rocket, cat, palace = add(stand_in, *("coffee.png", "rocket.jpg"), *PHOTOS)[:4]

    def around(moment: str) -> None:
        if moment.startswith("before GET") and moment.endswith(f"{coffee.id}/thumbnail"):
            library.pictures.pop(coffee.id, None)
        if moment.startswith("before PUT /tags/"):
            library.pictures.pop(rocket.id, None)

    stand_in.around = around
    start("deleted").once()
    stand_in.around = lambda moment: None
    assert library.values(cat)
    assert library.values(palace)
    kept = len(api.list("deleted"))
    library.delete(cat)
    tomorrow(engine)
    assert "1 pictures deleted in Immich" in start("deleted").once()
    assert len(api.list("deleted")) == kept, "they stay in Tagloop"
    palace.is_trashed = True
    tomorrow(engine)
    start("deleted", deletes_images=True).once()
    assert len(api.list("deleted")) == kept - 1, "unless the user wants them deleted"
    assert corrections(api, "deleted") == []


def test_it_can_be_killed_at_any_moment(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    """Before and after calls to either server, in the first pass and while correcting."""
    data = COFFEE.read_bytes()
    undisturbed: set[str] = set()
    moment = 1 - STRIDE
    while True:
        moment += STRIDE
        stand_in.library.pictures.clear()
        stand_in.library.tags.clear()
        owner = f"killed {moment}"
        (picture,) = [stand_in.library.add("coffee.png", data)]
        was_killed = [run_until(start, owner, moment)]
        start(owner).once()
        wrong = leaf(stand_in, picture, "espresso")
        stand_in.library.untag(picture, wrong)
        stand_in.library.tag(picture, "Tagloop/latte")
        later(engine)
        was_killed.append(run_until(start, owner, moment))
        start(owner).once()

        assert len(api.list(owner)) == 1
        assert corrections(api, owner) == [
            ("coffee.png", "espresso", "remove", "immich"),
            ("coffee.png", "latte", "add", "immich"),
        ], f"killed at {moment}"
        tags = stand_in.library.values(picture)
        assert "Tagloop/latte" in tags
        assert wrong not in tags
        assert tags == (undisturbed := undisturbed or tags)
        if not any(was_killed):
            break
    assert moment > 20


def run_until(start: Callable[..., Passes], owner: str, moment: int) -> bool:
    """Run a pass that is killed at its n-th step; return whether it reached that step."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == moment:
            raise Killed

    try:
        start(owner, step=step).once()
    except Killed:
        return True
    return False


def test_a_process_that_is_killed_leaves_its_lock_and_the_next_goes_on(
    api: Api, server: Server, stand_in: StandIn, tmp_path: Path
) -> None:
    (coffee,) = add(stand_in, "coffee.png")
    (tmp_path / "key").write_text(f"{KEY}\n")
    reached, go_on = Event(), Event()

    def around(moment: str) -> None:
        if moment.startswith("after PUT /tags/"):
            reached.set()
            go_on.wait(60)

    stand_in.around = around
    command = [*COMMAND, "connect", "immich", "--once", "--owner", "process", "--data"]
    command += [str(server.data), "--url", stand_in.url, "--key-file", str(tmp_path / "key")]
    command += ["--under", "Photos/Tagloop", "--server", server.url, "--name", "process"]

    first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert reached.wait(60)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "Another process runs the connection 'process'" in second.stderr
    first.kill()
    first.communicate()
    go_on.set()
    stand_in.around = lambda moment: None
    third = subprocess.run(
        command, capture_output=True, text=True, check=False, env=dict(os.environ)
    )

    assert third.returncode == 0, third.stderr
    assert third.stdout == "1 pictures tagged.\n"
    assert len(api.list("process")) == 1
    assert corrections(api, "process") == []
    assert all(value.startswith("Photos/Tagloop/") for value in stand_in.library.values(coffee))

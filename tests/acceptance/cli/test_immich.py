"""`tagloop connect immich` between a running Tagloop and a stand-in for Immich's API."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, text

from shared.db.connection.engine import transaction
from shared.errors import Conflict
from tagloop.client.client import Client
from tagloop.exchange.immich.api import Immich
from tagloop.exchange.immich.bridge import Options
from tagloop.exchange.immich.run import Passes, connect
from tagloop.exchange.immich.transport import ImmichAway, ImmichRefused, ImmichTransport
from tagloop.local.settings import open_database
from tests.acceptance.api import Api
from tests.acceptance.commands import CAT, COFFEE, COMMAND, PALACE, ROCKET
from tests.acceptance.conftest import Server
from tests.support.immich.library import Library, Picture
from tests.support.immich.server import KEY, StandIn, serving

pytestmark = pytest.mark.acceptance

PHOTOS = {"cat.png": CAT, "coffee.png": COFFEE, "rocket.jpg": ROCKET, "palace.jpg": PALACE}

# Of the moments at which a process is killed, every fifth one: before and after calls in turn. With
# 1 it is killed at each, which takes five times as long.
STRIDE = 5


class Killed(BaseException):
    """The process is killed here."""


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with serving(Library()) as stand_in:
        yield stand_in


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    engine = open_database(server.data, connections=2)
    yield engine
    engine.dispose()


@pytest.fixture
def start(server: Server, engine: Engine, stand_in: StandIn) -> Callable[..., Passes]:
    """Starts a bridge for an owner, who is its connection's name too."""

    def start(owner: str, *, step: Callable[[], None] | None = None, **options: bool) -> Passes:
        stop = Event()
        transport = ImmichTransport(stand_in.url, KEY, stop, give_up_seconds=0.0)
        client = Client(server.url)
        if step:
            count_steps(transport, "_once", step)
            count_steps(client, "call", step)
        return connect(
            Immich(transport),
            client,
            engine,
            name=owner,
            options=Options(owner, "Tagloop", 0.7, "immich", **options),
            stop=stop,
        )

    return start


def count_steps(target: object, name: str, step: Callable[[], None]) -> None:
    """Call `step` before and after each call of a method."""
    method = getattr(target, name)

    def counted(*arguments: object, **named: object) -> object:
        step()
        answer = method(*arguments, **named)
        step()
        return answer

    setattr(target, name, counted)


def add(stand_in: StandIn, *names: str) -> list[Picture]:
    """Upload photographs to the stand-in."""
    return [stand_in.library.add(name, PHOTOS[name].read_bytes()) for name in names]


def later(engine: Engine) -> None:
    """Pass the time that Immich gets to settle."""
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE immich_assets SET pushed_at = pushed_at - interval '2 minutes'")
        )


def tomorrow(engine: Engine) -> None:
    """Have the next pass compare everything."""
    later(engine)
    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE immich_connections SET swept_at = now() - interval '25 hours'")
        )


def corrections(api: Api, owner: str) -> list[tuple[str, str, str, str]]:
    """File name, tag, verdict and user of every correction of an owner's pictures."""
    return sorted(
        (image["filename"], one["tag"], one["verdict"], one["user"])
        for image in api.list(owner)
        for one in api.get(f"/v1/images/{image['id']}/corrections")["corrections"]
    )


def leaf(stand_in: StandIn, picture: Picture, word: str) -> str:
    """The value of a picture's tag that ends in a word."""
    return next(v for v in stand_in.library.values(picture) if v.rpartition("/")[2] == word)


def test_new_pictures_are_tagged_and_what_people_change_comes_back(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    library = stand_in.library
    owner = "anna at immich"
    stand_in.page_size = 2
    cat, coffee, rocket = add(stand_in, "cat.png", "coffee.png", "rocket.jpg")
    early = library.add("palace.jpg", PALACE.read_bytes(), is_extracted=False)
    library.tag(cat, "Pets")
    assert start(owner, is_dry_run=True).once() == "3 pictures would be added."
    assert api.list(owner) == []

    assert start(owner).once() == "3 pictures added, 3 pictures tagged."
    assert {image["filename"] for image in api.list(owner)} == {
        "cat.png",
        "coffee.png",
        "rocket.jpg",
    }
    assert "Pets" in library.values(cat)
    assert all(v.startswith(("Tagloop/", "Pets")) for p in (cat, coffee) for v in library.values(p))
    assert any(value.startswith("Tagloop/animal/") for value in library.values(cat))
    assert library.values(early) == set(), "its metadata is not extracted"
    library.extract(early)
    assert start(owner).once() == "1 pictures added, 1 pictures tagged."
    later(engine)
    changing = len([one for one in stand_in.requests if one.startswith(("PUT", "DELETE"))])
    assert start(owner).once() == "Nothing to do."
    assert start(owner).once() == "Nothing to do."
    assert len([r for r in stand_in.requests if r.startswith(("PUT", "DELETE"))]) == changing
    assert corrections(api, owner) == []

    later(engine)
    wrong = leaf(stand_in, coffee, "espresso")
    library.untag(coffee, wrong)
    library.tag(rocket, "Tagloop/Saturn V")
    library.tag(rocket, "Other/teapot")
    library.untag(cat, "Pets")
    dry = start(owner, is_dry_run=True).once()
    assert dry.startswith("2 pictures would be corrected")
    assert corrections(api, owner) == []
    start(owner).once()
    expected = [
        ("coffee.png", "espresso", "remove", "immich"),
        ("rocket.jpg", "saturn-v", "add", "immich"),
    ]
    assert corrections(api, owner) == expected
    assert wrong not in library.values(coffee)
    assert {"Tagloop/Saturn V", "Other/teapot"} <= library.values(rocket)
    later(engine)
    start(owner).once()
    assert corrections(api, owner) == expected

    # What is corrected in Tagloop is written to Immich.
    (image,) = [one for one in api.list(owner) if one["filename"] == "coffee.png"]
    api.post_json(f"/v1/images/{image['id']}/corrections", {"add": ["latte"], "user": "ada"})
    assert start(owner).once() == "1 pictures tagged."
    assert "Tagloop/latte" in library.values(coffee)


def test_an_immich_that_does_not_tell_of_changed_tags_is_swept(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    stand_in.library.moves = False
    (coffee, cat) = add(stand_in, "coffee.png", "cat.png")
    start("swept").once()
    later(engine)
    start("swept").once()
    stand_in.library.untag(coffee, leaf(stand_in, coffee, "espresso"))
    stand_in.library.tag(cat, "Tagloop/Chelsea")
    assert start("swept").once() == "Nothing to do."

    tomorrow(engine)
    start("swept").once()

    assert corrections(api, "swept") == [
        ("cat.png", "chelsea", "add", "immich"),
        ("coffee.png", "espresso", "remove", "immich"),
    ]


def test_a_tag_that_is_gone_everywhere_is_asked_about(
    api: Api,
    engine: Engine,
    stand_in: StandIn,
    start: Callable[..., Passes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    cat, coffee = add(stand_in, "cat.png", "coffee.png")
    start("deleted tags").once()
    later(engine)
    tags = stand_in.library.values(cat)
    wrong = leaf(stand_in, coffee, "espresso")
    stand_in.library.delete_tag(wrong)
    later(engine)

    passes = start("deleted tags")
    passes.once()

    assert corrections(api, "deleted tags") == []
    assert f"1 tags are gone from Immich, where pictures had them 1 times: {wrong}" in (
        capsys.readouterr().err
    )
    assert wrong not in stand_in.library.tags
    tomorrow(engine)
    start("deleted tags").once()
    assert wrong not in stand_in.library.tags, "it stays stopped"
    assert start("deleted tags").again(wrong)
    start("deleted tags").once()
    assert wrong in stand_in.library.values(coffee)

    # Deleted and made again while the bridge is at work: Immich has another tag of that name.
    def around(moment: str) -> None:
        if moment.startswith("before GET /assets/") and wrong in stand_in.library.tags:
            stand_in.around = lambda moment: None
            stand_in.library.delete_tag(wrong)
            stand_in.library.make_tag(wrong)

    stand_in.library.touch(coffee)
    later(engine)
    stand_in.around = around
    start("deleted tags").once()
    assert corrections(api, "deleted tags") == []
    assert wrong in stand_in.library.values(coffee)
    # All at once, by deleting the parent, is the same.
    stand_in.library.delete_tag("Tagloop")
    later(engine)
    start("deleted tags").once()
    assert corrections(api, "deleted tags") == []
    passes = start("deleted tags")
    assert passes.again("Tagloop")
    passes.once()
    assert stand_in.library.values(cat) == tags


def test_tags_lost_when_metadata_is_read_again_are_written_again(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    (cat,) = add(stand_in, "cat.png")
    start("reread").once()
    tags = stand_in.library.values(cat)
    assert len(tags) > 1
    stand_in.library.extract(cat)
    later(engine)

    done = start("reread").once()

    assert done == "1 pictures lost all tags, which are written again, 1 pictures tagged."
    assert stand_in.library.values(cat) == tags
    assert corrections(api, "reread") == []


def test_an_immich_in_trouble_costs_time_only(
    api: Api, engine: Engine, stand_in: StandIn, start: Callable[..., Passes]
) -> None:
    """Every kind of request fails in each way, and everything is done once."""
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
    """Run a pass that is killed at its n-th step; return whether it came to that."""
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
    assert "Another process runs the connection 'process'." in second.stderr
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

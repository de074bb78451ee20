"""`tagloop connect immich`: pictures in, tags out, and people's changes back."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from tagloop.exchange.immich.run import Passes
from tests.acceptance.api import Api
from tests.acceptance.commands import PALACE
from tests.acceptance.immich.steps import add, corrections, later, leaf, tomorrow
from tests.support.immich.server import StandIn

pytestmark = pytest.mark.acceptance


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


def test_an_immich_that_does_not_report_changed_tags_is_compared_in_full(
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


def test_the_user_is_asked_about_a_tag_that_is_missing_everywhere(
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

    assert done == "1 pictures had lost all tags, which are written again, 1 pictures tagged."
    assert stand_in.library.values(cat) == tags
    assert corrections(api, "reread") == []

"""The whole loop on real processes, from a correction to other tags."""

from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.api import Api, Document
from tests.acceptance.conftest import Server
from tests.acceptance.processes import kill, matching
from tests.acceptance.teaching import any_shows, crops, shows, upload
from tests.support.conditions import wait_for

pytestmark = pytest.mark.acceptance

TRAINER = "services.trainer.main"
CROPS = 12
OTHERS = 4
RUN_SECONDS = 120.0
RETAG_SECONDS = 120.0
# What people call these photographs; the network has no such words.
NAMES = {"cat": "loop cat", "rocket": "loop launch", "coffee": "loop breakfast"}


def retrain(api: Api) -> Document:
    """Queue a run as soon as none is open."""

    def ask() -> Document:
        answer = api.request("POST", "/v1/retrain")
        return answer.json() if answer.status == 202 else {}

    return wait_for(ask, "the end of the run before", RUN_SECONDS)


def ended(api: Api, run: Document) -> Document:
    """Return a run once it is over."""

    def over() -> Document:
        found = api.get(run["url"])
        return {} if found["status"] in ("queued", "running") else found

    return wait_for(over, "the end of the run", RUN_SECONDS)


def test_added_tags_are_learned_although_the_trainer_is_killed(
    server: Server, api: Api, photos: dict[str, Path]
) -> None:
    untouched = {name: upload(api, crops(photos[name], OTHERS, seed=9), "loop") for name in NAMES}
    for name, tag in NAMES.items():
        for image in upload(api, crops(photos[name], CROPS, seed=1), "loop"):
            body = {"add": [tag], "user": "loop"}
            assert api.post_json(f"/v1/images/{image}/corrections", body).status == 201

    run = retrain(api)
    kill(matching(server.pid, TRAINER))
    outcome = ended(api, run)

    assert outcome["status"] == "promoted", outcome
    assert set(outcome["report"]["gate"]["limits"]) == {
        "min_gain",
        "max_loss",
        "max_overruled",
        "max_spread",
    }
    for name, tag in NAMES.items():
        slug = tag.replace(" ", "-")
        wait_for(partial(any_shows, api, untouched[name], slug), "the re-tagging", RETAG_SECONDS)
        new = upload(api, crops(photos[name], 1, seed=2), "loop")[0]
        assert shows(api, new, slug)


def test_a_custom_tag_is_found_on_other_images_within_seconds(
    api: Api, photos: dict[str, Path]
) -> None:
    others = upload(api, crops(photos["flower"], OTHERS, seed=9), "loop")
    examples = upload(api, crops(photos["flower"], 5, seed=1), "loop")
    counterexamples = upload(api, crops(photos["temple"], 2, seed=1), "loop")
    body = {"name": "loop bloom", "examples": examples, "counterexamples": counterexamples}

    made = api.post_json("/v1/tags", body)

    assert made.status == 201, made
    wait_for(lambda: any_shows(api, others, "loop-bloom"), "the tag", RETAG_SECONDS)
    found = api.get("/v1/images", tag="loop bloom", owner="loop")["images"]
    assert {image["id"] for image in found} & set(others)


def test_removed_tags_stay_removed(api: Api, photos: dict[str, Path]) -> None:
    file = crops(photos["cat"], 1, seed=77)[0]
    image = upload(api, [file], "loop")[0]
    assert shows(api, image, "cat")

    said = api.post_json(f"/v1/images/{image}/corrections", {"remove": ["cat"], "user": "loop"})

    assert said.status == 201
    job = api.post_json("/v1/retag", {"owner": "loop"}).json()
    wait_for(
        lambda: api.get(f"/v1/retag/{job['id']}")["status"] == "done", "the job", RETAG_SECONDS
    )
    assert upload(api, [file], "loop") == [image]
    assert not shows(api, image, "cat")
    assert not shows(api, image, "tiger-cat")
    assert shows(api, image, "animal")

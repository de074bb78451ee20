"""The network of a running Tagloop is changed and changed back, and processes die meanwhile."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import save_file

from services.worker.backbone.networks.timm_network import load_network
from tests.acceptance.api import Api, Document
from tests.acceptance.commands import COMMAND
from tests.acceptance.conftest import PROJECT_ROOT, Server, running
from tests.acceptance.processes import kill, matching
from tests.acceptance.teaching import any_shows, crops, shows, upload
from tests.support.conditions import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(900)]

FORMER = "tf_efficientnet_lite0"
# The same layers, but other padding: it makes good use of the same weights.
NEXT = "efficientnet_lite0"
WORKER = "services.worker.main worker"
TRAINER = "services.trainer.main"
TAG = "switch-cat"
SWITCH_SECONDS = 180.0
# Leases that run out soon after a process was killed.
SHORT_LEASES = {"TAGLOOP_LEASE_SECONDS": "3", "TAGLOOP_DECODE_SECONDS": "5"}


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Tagloop of this test's own, since it changes the network."""
    with running(tmp_path_factory.mktemp("switching") / "data", **SHORT_LEASES) as server:
        yield server


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of the network that ships, as a file for the other one."""
    path = tmp_path_factory.mktemp("weights") / "next.safetensors"
    save_file(load_network(FORMER).embedder.network.state_dict(), path)
    return path


def tagloop(server: Server, *arguments: object) -> str:
    """Run a command; return its output."""
    done = subprocess.run(
        [*COMMAND, "backbone", *map(str, arguments), "--server", server.url],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def switch_in(api: Api, *statuses: str) -> Document:
    """Return the switch once it has one of these statuses."""

    def look() -> Document:
        switch: Document = api.get("/v1/backbone/switch")["switch"]
        assert switch["status"] not in {"failed", "aborted"}, switch
        return switch if switch["status"] in statuses else {}

    return wait_for(look, f"a switch that is {statuses}", SWITCH_SECONDS)


def similar(api: Api, image: str) -> set[str]:
    return {found["id"] for found in api.get(f"/v1/images/{image}/similar", limit=3)["images"]}


def test_the_network_is_changed_and_changed_back_though_processes_are_killed(
    own_server: Server, weights: Path, photos: dict[str, Path]
) -> None:
    api = Api(own_server.url)
    cats = upload(api, crops(photos["cat"], 8, seed=1), "ada")
    cups = upload(api, crops(photos["coffee"], 4, seed=1), "ada")
    taught = {"name": TAG, "examples": cats[:5], "counterexamples": cups[:2]}
    assert api.post_json("/v1/tags", taught).status == 201
    wait_for(lambda: any_shows(api, cats[5:], TAG), "the tag", SWITCH_SECONDS)
    assert similar(api, cats[0]) <= set(cats)

    # When the worker dies while it embeds, and the trainer while it learns
    said = tagloop(own_server, "switch", NEXT, "--weights", weights, "--no-wait")
    assert f"The switch to {NEXT} has begun" in said
    switch_in(api, "embedding", "learning")
    kill(matching(own_server.pid, WORKER))
    late = upload(api, crops(photos["cat"], 1, seed=7), "ada")[0]
    assert similar(api, late) <= set(cats)
    switch_in(api, "learning", "finishing", "done")
    kill(matching(own_server.pid, TRAINER))

    # Then all images have the new network's embeddings and tags, and the tag is known
    done = switch_in(api, "done")
    assert done["skipped"] == 0
    networks = {n["name"]: n for n in api.get("/v1/backbone")["networks"]}
    assert networks[NEXT]["is_live"]
    assert networks[NEXT]["embeddings"] == len(cats) + len(cups) + 1
    wait_for(
        lambda: api.get(f"/v1/images/{late}")["model"] == done["version"],
        "the re-tagging",
        SWITCH_SECONDS,
    )
    assert all(shows(api, image, TAG) for image in cats[:5])
    assert similar(api, late) <= set(cats)
    new = upload(api, crops(photos["cat"], 1, seed=8), "ada")[0]
    assert similar(api, new) <= {*cats, late}

    # And the former network comes back
    tagloop(own_server, "back", "--no-wait")
    switch_in(api, "finishing", "done")
    assert api.get("/v1/backbone")["networks"][0]["name"] == FORMER
    assert similar(api, new) <= {*cats, late}
    assert FORMER in tagloop(own_server, "status")

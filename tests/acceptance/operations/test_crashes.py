"""Processes that die during uploads are started again, and nothing is lost."""

import os

import pytest
import urllib3

from tests.acceptance.api import Api
from tests.acceptance.conftest import LEASE_SECONDS, Server
from tests.acceptance.processes import descendants, kill, matching
from tests.support.conditions import wait_for
from tests.support.pictures.pictures import READABLE

pytestmark = pytest.mark.acceptance

JPEG = READABLE["JPEG"]()
WORKER = "services.worker.main worker"
WEB = "gunicorn"
BEAT = "services.worker.main beat"
WAIT_SECONDS = 30
# Until the lease of what the dead worker held runs out, the sweeper's round, and the work itself.
TAKEN_OVER_SECONDS = LEASE_SECONDS + 60


def is_ready(api: Api) -> bool:
    """Return whether the server answers; it may be starting."""
    try:
        return urllib3.request("GET", f"{api.url}/readyz", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def upload_and_wait(api: Api) -> str:
    """Upload a new picture; return its status after a while."""
    image = api.upload(JPEG + os.urandom(8), owner="crashes", wait=WAIT_SECONDS).json()
    return str(api.finished(image["id"])["status"])


def test_images_of_a_killed_worker_are_all_tagged(server: Server, api: Api) -> None:
    pictures = [JPEG + os.urandom(8) for _ in range(500)]
    assert api.upload(*pictures, owner="orphans").status == 202
    wait_for(lambda: api.get("/v1/images", owner="orphans", status="tagged")["images"], "a start")

    kill(matching(server.pid, WORKER))

    assert api.get("/v1/images", owner="orphans", status="queued")["images"]
    images = api.all_finished("orphans", TAKEN_OVER_SECONDS)
    assert {image["status"] for image in images} == {"tagged"}
    assert len(images) == len(pictures)


def test_a_killed_web_worker_is_replaced(server: Server, api: Api) -> None:
    web = matching(server.pid, WEB)
    # The master has all others below it; a worker may have a process of its own, for thumbnails.
    master = next(pid for pid in web if web - {pid} <= descendants(pid).keys())

    kill(web - {master})

    wait_for(lambda: is_ready(api), "web workers again")
    assert upload_and_wait(api) == "tagged"


@pytest.mark.parametrize("program", [WEB, BEAT, WORKER])
def test_a_killed_program_is_started_again(server: Server, api: Api, program: str) -> None:
    before = matching(server.pid, program)

    kill(before)

    wait_for(lambda: matching(server.pid, program) - before, f"{program} again")
    wait_for(lambda: is_ready(api), "ready again")
    assert upload_and_wait(api) == "tagged"

"""Every service of docker-compose.yml by its own command, through the proxy's configuration."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tagloop.local.servers.backing import running
from tests.acceptance.api import Api
from tests.acceptance.teaching import any_shows, crops, upload
from tests.compose.engine import WEB, Engine
from tests.support.conditions import wait_for
from tests.support.requests.sending import send

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin") is None,
        reason="nginx is not installed (Debian's package nginx-light)",
    ),
]

START_SECONDS = 120.0
RUN_SECONDS = 120.0
TEACHING = {"cat": "compose cat", "coffee": "compose breakfast"}
EXAMPLES = 8


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """All services that the project has images for, started in the file's order."""
    with running(tmp_path_factory.mktemp("backing")) as backing:
        engine = Engine(backing, tmp_path_factory.mktemp("compose"))
        engine.run("secrets")
        engine.use_embedded_database()
        engine.run("migrate")
        try:
            for name in ("worker", "beat", *WEB, "trainer"):
                engine.start(name)
            for name in (*WEB, "worker", "trainer"):
                wait_for(lambda name=name: engine.is_healthy(name), name, START_SECONDS)  # type: ignore[misc]
            yield engine
        finally:
            engine.stop()


@pytest.fixture(scope="module")
def address(engine: Engine) -> str:
    """The address of the proxy."""
    return engine.start_proxy()


@pytest.fixture(scope="module")
def api(engine: Engine, address: str) -> Api:
    """The API behind the proxy, with a key made as the manual says."""
    key = engine.tagloop("catalog", "keys", "create", "--scope", "admin")

    def answers() -> bool:
        try:
            return urllib3.request("GET", f"{address}/readyz", retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    wait_for(answers, "the proxy", START_SECONDS)
    return Api(address, key)


def test_without_a_key_nothing_is_shown(api: Api) -> None:
    assert send("GET", f"{api.url}/v1/images").status == 401


def test_from_upload_to_tags_that_were_learned(api: Api, photos: dict[str, Path]) -> None:
    untouched = {name: upload(api, crops(photos[name], 2, seed=9), "loop") for name in TEACHING}
    for name, tag in TEACHING.items():
        for image in upload(api, crops(photos[name], EXAMPLES, seed=1), "loop"):
            body = {"add": [tag], "user": "ada"}
            assert api.post_json(f"/v1/images/{image}/corrections", body).status == 201

    run = api.request("POST", "/v1/retrain").json()
    wait_for(
        lambda: api.get(run["url"])["status"] not in ("queued", "running"), "the run", RUN_SECONDS
    )

    assert api.get(run["url"])["status"] == "promoted", api.get(run["url"])
    for name, tag in TEACHING.items():
        slug = tag.replace(" ", "-")
        wait_for(
            lambda name=name, slug=slug: any_shows(api, untouched[name], slug),  # type: ignore[misc]
            slug,
            RUN_SECONDS,
        )


def test_the_proxy_serves_files_and_thumbnails(api: Api, photos: dict[str, Path]) -> None:
    data = photos["rocket"].read_bytes()
    image = api.upload(data, wait=30).json()

    assert api.request("GET", f"{image['url']}/file").data == data
    assert api.request("GET", f"{image['url']}/thumbnail").status == 200
    assert api.get(f"{image['url']}/similar")["images"] is not None


def test_each_service_answers_prometheus_and_the_proxy_does_not(
    engine: Engine, address: str
) -> None:
    for name in (*WEB, "worker", "trainer"):
        marker = "celery_worker_up{" if name in ("worker", "trainer") else "tagloop_queue_depth{"
        wait_for(lambda name=name, marker=marker: marker in engine.metrics(name), name)  # type: ignore[misc]
    assert send("GET", f"{address}/metrics").status == 404


def tells_story(log: str, image: str) -> bool:
    """Return whether a log line is about this image and the request."""
    return any(image in line and "story-42" in line for line in log.splitlines())


def test_a_request_id_goes_from_the_proxy_to_the_stored_tags(
    engine: Engine, api: Api, photos: dict[str, Path]
) -> None:
    data = photos["flower"].read_bytes()
    headers = {"X-Request-Id": "story-42", "Content-Type": "image/jpeg"}

    answer = api.request("POST", "/v1/images", data, headers, wait=30)

    assert answer.headers["X-Request-Id"] == "story-42"
    image = answer.json()["id"]
    # A line may be written after the answer has been sent.
    wait_for(lambda: tells_story(engine.log("ingest"), image), "the log of ingest")
    wait_for(lambda: tells_story(engine.log("worker"), image), "the log of the worker")
    wait_for(lambda: "story-42" in engine.log("proxy"), "the log of the proxy")


def test_no_secret_is_in_a_log(engine: Engine, api: Api) -> None:
    for name in engine.processes:
        for file in engine.mount("/run/tagloop").iterdir():
            if file.name != "database_url":
                assert file.read_text() not in engine.log(name)

"""Dashboards, rules and alerts on a real Prometheus that scrapes a real Tagloop under load."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.api import JSON, Api
from tests.acceptance.commands import COFFEE, ROCKET
from tests.acceptance.conftest import PROJECT_ROOT, Server, running
from tests.acceptance.processes import kill, matching
from tests.support.conditions import wait_for
from tests.support.prometheus import Prometheus, needs_prometheus, watching

pytestmark = [pytest.mark.acceptance, needs_prometheus]

DASHBOARDS = sorted((PROJECT_ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
# What Grafana would put in the place of its variables.
VARIABLES = {"$__rate_interval": "30s", "$price_per_hour": "0.10"}
# Only where a worker has a GPU.
WITHOUT_DATA = ("GPU: busy", "GPU: memory")
DATA_SECONDS = 90.0
# What a person who looks at the alerts is promised.
ALERT_SECONDS = 60.0
WORKER = "services.worker.main worker"
MAX_LABEL_VALUES = 80


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Prometheus]]:
    """A Tagloop of its own, since a worker is killed here, and a Prometheus that watches it."""
    with running(tmp_path_factory.mktemp("watched") / "data") as server:
        target = server.url.removeprefix("http://")
        with watching(target, tmp_path_factory.mktemp("prometheus")) as prometheus:
            yield server, prometheus


@contextmanager
def load(api: Api) -> Iterator[None]:
    """Upload, correct and read while the block runs."""
    ended = threading.Event()

    def send() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            # Bytes behind a JPEG file's end make another file of the same picture.
            image = api.upload(ROCKET.read_bytes() + number.to_bytes(4, "big"), wait=30).json()
            verdicts = {"confirm": [image["tags"][0]["tag"]], "remove": [image["tags"][-1]["tag"]]}
            api.request("POST", f"{image['url']}/corrections", json.dumps(verdicts).encode(), JSON)
            ended.wait(0.2)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def panel_queries() -> dict[str, str]:
    """Return every query of every panel, by its place."""
    queries = {}
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel["targets"]:
                expression = target["expr"]
                for name, value in VARIABLES.items():
                    expression = expression.replace(name, value)
                queries[f"{file.stem}: {panel['title']} ({target['refId']})"] = expression
    return queries


def learn(api: Api) -> None:
    """Teach a tag, so that there is a version with figures."""
    for number, photo in enumerate((COFFEE, ROCKET)):
        image = api.upload(photo.read_bytes() + b"learn", wait=30).json()
        verdict = {"add" if number == 0 else "remove": ["espresso-cup"]}
        api.request("POST", f"{image['url']}/corrections", json.dumps(verdict).encode(), JSON)
    run = api.request("POST", "/v1/retrain").json()
    wait_for(
        lambda: api.get(run["url"])["status"] not in ("queued", "running"), "the run", DATA_SECONDS
    )


def test_every_query_of_every_panel_has_data(watched: tuple[Server, Prometheus]) -> None:
    server, prometheus = watched
    api = Api(server.url)
    left = {
        where: query
        for where, query in panel_queries().items()
        if not any(title in where for title in WITHOUT_DATA)
    }
    assert len(left) > 50

    def is_done() -> bool:
        for where in [where for where, query in left.items() if prometheus.query(query)]:
            del left[where]
        return not left

    with load(api):
        learn(api)
        try:
            wait_for(is_done, "data for every panel", DATA_SECONDS)
        except AssertionError:
            pytest.fail(f"no data: {left}")


def test_all_rules_are_evaluated_without_an_error(watched: tuple[Server, Prometheus]) -> None:
    _, prometheus = watched

    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]

    assert rules
    assert [rule for rule in rules if rule["health"] != "ok"] == []


def test_labels_stay_few(watched: tuple[Server, Prometheus]) -> None:
    _, prometheus = watched

    for label in prometheus.get("labels"):
        if label != "__name__":
            values = prometheus.get(f"label/{label}/values")
            assert len(values) < MAX_LABEL_VALUES, (label, values)


def test_a_killed_worker_is_reported_within_a_minute(
    watched: tuple[Server, Prometheus],
) -> None:
    server, prometheus = watched
    wait_for(lambda: prometheus.query("tagloop:workers_up:sum == 1"), "a worker that is up")

    kill(matching(server.pid, WORKER))

    wait_for(lambda: prometheus.query("tagloop:workers_up:sum == 0"), "its end", ALERT_SECONDS)
    wait_for(lambda: "ProcessRestarted" in prometheus.firing(), "the alert", ALERT_SECONDS)

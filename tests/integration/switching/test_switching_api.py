"""A change of the network through the API: started, watched, aborted, reversed."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from services.worker.backbone import Backbone
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage, original_key
from shared.web.figures.learning import version_figures
from tests.support.networks.networks import REVERSED
from tests.support.networks.switching import Switching

SWITCH = "/v1/backbone/switch"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def test_a_switch_is_begun_watched_and_aborted(
    tagged: list[UUID], client: FlaskClient, storage: Storage, switching: Switching
) -> None:
    assert client.get(SWITCH).get_json() == {"switch": None}
    storage.delete([original_key(tagged[0])])

    begun = client.post(SWITCH, json={"backbone": REVERSED})

    assert begun.status_code == 202
    assert begun.get_json()["status"] == "preparing"
    assert client.post(SWITCH, json={"backbone": "another"}).status_code == 409
    assert client.post("/v1/backbone/back").status_code == 409

    switching.until("learning")
    switch = client.get(SWITCH).get_json()["switch"]
    assert (switch["total"], switch["done"], switch["skipped"]) == (3, 2, 1)
    assert [image["id"] for image in switch["skipped_images"]] == [str(tagged[0])]
    assert client.post("/v1/backbone/forget", json={"backbone": REVERSED}).status_code == 409

    aborted = client.post(f"{SWITCH}/abort")
    assert aborted.get_json()["status"] == "aborted"
    assert client.post(f"{SWITCH}/abort").status_code == 409


def test_a_networks_embeddings_are_listed_and_can_be_deleted(
    tagged: list[UUID],
    client: FlaskClient,
    backbone: Backbone,
    engine: Engine,
    switching: Switching,
) -> None:
    live = backbone.description.name
    switching.begin()
    switching.until("learning")
    client.post(f"{SWITCH}/abort")
    networks = client.get("/v1/backbone").get_json()["networks"]
    assert [(n["name"], n["is_live"], n["embeddings"]) for n in networks] == [
        (live, True, 3),
        (REVERSED, False, 3),
    ]
    with transaction(engine) as connection:
        figures = {metric.name: metric.samples for metric in version_figures(connection)}
    states = {s.labels["state"]: s.value for s in figures["tagloop_switch_images"]}
    assert states == {"left": 0, "done": 3, "skipped": 0}

    assert client.post("/v1/backbone/forget", json={"backbone": live}).status_code == 409
    assert client.post("/v1/backbone/forget", json={"backbone": "nope"}).status_code == 404
    forgotten = client.post("/v1/backbone/forget", json={"backbone": REVERSED})

    assert forgotten.get_json() == {"embeddings": 3}
    with transaction(engine) as connection:
        for table in ("embeddings", "codes"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 3

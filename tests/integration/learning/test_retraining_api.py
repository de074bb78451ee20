"""Runs, versions and re-tagging over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.messaging.celery_app import MAINTENANCE, TRAINING
from shared.storage.storage import Storage
from tests.support.learning.training import insert_corrections, insert_version, live_version
from tests.support.requests.answers import get


@pytest.fixture
def client(settings: Settings, redis: Redis) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def versions(engine: Engine, storage: Storage) -> tuple[int, int, int]:
    """The live version, another one, and one for another backbone."""
    return (
        insert_version(engine, storage),
        insert_version(engine, storage),
        insert_version(engine, storage, backbone="other"),
    )


def test_a_run_is_queued_and_announced(client: FlaskClient, engine: Engine, redis: Redis) -> None:
    insert_corrections(engine, count=2)

    answer = client.post("/v1/retrain")

    assert answer.status_code == 202
    run = answer.get_json()
    assert (run["status"], run["trigger"], run["tag"]) == ("queued", "request", None)
    assert get(client, run["url"]) == run
    assert get(client, "/v1/retrain") == {"queue": 2, "set_aside": 0, "runs": [run]}
    assert redis.llen(TRAINING) == 1


def test_a_second_run_is_refused_while_one_is_open(client: FlaskClient) -> None:
    first = client.post("/v1/retrain").get_json()

    answer = client.post("/v1/retrain")

    assert answer.status_code == 409
    assert f"Run {first['id']} is already queued or running" in answer.get_json()["detail"]


def test_one_of_many_simultaneous_requests_is_accepted(settings: Settings, redis: Redis) -> None:
    app = create_app(settings)

    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(lambda _: app.test_client().post("/v1/retrain"), range(6))
        statuses = [answer.status_code for answer in answers]

    assert sorted(statuses) == [202, 409, 409, 409, 409, 409]


@pytest.mark.parametrize("path", ["/v1/retrain/7", "/v1/retag/7", f"/v1/retrain/{10**30}"])
def test_missing_resources_are_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "There is no" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/v1/retrain/x", "/v1/retrain/0", "/v1/retag/-1"])
def test_a_text_that_is_not_a_number_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_version_is_restored_and_everything_is_re_tagged(
    client: FlaskClient, engine: Engine, redis: Redis, versions: tuple[int, int, int]
) -> None:
    live, other, _ = versions

    answer = client.post(f"/v1/models/{other}/promote")

    assert answer.status_code == 200
    assert (answer.get_json()["version"], answer.get_json()["status"]) == (other, "live")
    listed = {model["version"]: model for model in get(client, "/v1/models")["models"]}
    assert listed[live]["status"] == "retired"
    assert listed[other]["promoted_at"] is not None
    (job,) = get(client, "/v1/retag")["jobs"]
    assert (job["status"], job["owner"], job["tag"], job["below_version"]) == (
        "queued",
        None,
        None,
        None,
    )
    assert redis.llen(MAINTENANCE) == 1


def test_a_misspelt_scope_retags_nothing(client: FlaskClient) -> None:
    answer = client.post("/v1/retag", json={"ownr": "ada"})

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == "ownr: there is no such member"
    assert get(client, "/v1/retag")["jobs"] == []


def test_promoting_what_is_live_changes_nothing(
    client: FlaskClient, versions: tuple[int, int, int]
) -> None:
    assert client.post(f"/v1/models/{versions[0]}/promote").status_code == 200
    assert get(client, "/v1/retag")["jobs"] == []


def test_a_version_that_does_not_exist_cannot_be_promoted(
    client: FlaskClient, engine: Engine, versions: tuple[int, int, int]
) -> None:
    for version in (99, 10**30):
        answer = client.post(f"/v1/models/{version}/promote")
        assert answer.status_code == 404
        assert "GET /v1/models lists them all" in answer.get_json()["detail"]
    assert live_version(engine) == versions[0]


def test_a_version_of_another_network_cannot_be_promoted(
    client: FlaskClient, engine: Engine, versions: tuple[int, int, int]
) -> None:
    answer = client.post(f"/v1/models/{versions[2]}/promote")

    assert answer.status_code == 409
    assert "another network" in answer.get_json()["detail"]
    assert live_version(engine) == versions[0]


def test_exactly_one_of_simultaneous_promotions_is_live_in_the_end(
    settings: Settings, engine: Engine, storage: Storage, redis: Redis
) -> None:
    candidates = [insert_version(engine, storage) for _ in range(6)]
    app = create_app(settings)

    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(
            lambda version: app.test_client().post(f"/v1/models/{version}/promote"), candidates
        )
        assert {answer.status_code for answer in answers} == {200}

    assert live_version(engine) in candidates


@pytest.mark.parametrize(
    ("scope", "stored"),
    [
        ({}, (None, None, None)),
        ({"owner": "ada"}, ("ada", None, None)),
        ({"owner": ""}, ("", None, None)),
        ({"tag": "Golden Retriever"}, (None, "golden-retriever", None)),
        ({"below_version": 3}, (None, None, 3)),
    ],
)
def test_retagging_is_queued_in_any_scope(
    client: FlaskClient, redis: Redis, scope: dict[str, Any], stored: tuple[Any, ...]
) -> None:
    answer = client.post("/v1/retag", json=scope)

    assert answer.status_code == 202
    job = answer.get_json()
    assert (job["owner"], job["tag"], job["below_version"]) == stored
    assert (job["status"], job["done"], job["total"]) == ("queued", 0, None)
    assert get(client, job["url"]) == job
    assert redis.llen(MAINTENANCE) == 1


def test_the_same_job_is_not_queued_twice(client: FlaskClient, engine: Engine) -> None:
    first = client.post("/v1/retag", json={"owner": "ada"}).get_json()

    assert client.post("/v1/retag", json={"owner": "ada"}).get_json() == first
    assert client.post("/v1/retag").get_json()["id"] != first["id"]
    # What has begun may have passed what is meant.
    with transaction(engine) as connection:
        connection.execute(text("UPDATE retag_jobs SET status = 'running'"))
    assert client.post("/v1/retag", json={"owner": "ada"}).get_json()["id"] != first["id"]


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"tag": "no such tag"}, 404),
        ({"tag": "a\0b"}, 400),
        ({"owner": "a\0b"}, 400),
        ({"owner": "x" * 10_000}, 400),
        ({"below_version": 0}, 400),
        ({"below_version": 10**12}, 400),
        ({"below_version": "two"}, 400),
    ],
)
def test_an_invalid_scope_is_refused(
    client: FlaskClient, scope: dict[str, Any], status: int
) -> None:
    assert client.post("/v1/retag", json=scope).status_code == status


def test_a_body_that_is_not_json_does_not_mean_everything(client: FlaskClient) -> None:
    answer = client.post("/v1/retag", data="{owner: ada", content_type="application/json")

    assert answer.status_code == 400
    assert get(client, "/v1/retag")["jobs"] == []

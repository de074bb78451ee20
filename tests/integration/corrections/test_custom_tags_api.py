"""A tag from a few examples: what is stored, and how the response waits for the run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text

from services.feedback.app import create_app
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.messaging.celery_app import TRAINING
from shared.storage.storage import Storage
from tests.support.conditions import wait_for
from tests.support.learning.training import insert_version
from tests.support.pictures.rows import insert_row
from tests.support.requests.answers import get

WAIT = "services.feedback.tags.custom_tags.WAIT_SECONDS"


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def images(engine: Engine) -> list[str]:
    return [str(insert_row(engine)) for _ in range(4)]


@pytest.fixture
def live(engine: Engine, storage: Storage) -> None:
    """A network that does not understand text, so a tag needs examples."""
    insert_version(engine, storage)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a run: no trainer could end it."""
    monkeypatch.setattr(WAIT, 0.0)


@pytest.fixture
def untouched(engine: Engine) -> Iterator[None]:
    """Check that nothing that the test sends is stored."""
    before = counts(engine)
    yield
    assert counts(engine) == before


def counts(engine: Engine) -> list[int]:
    tables = ("tags", "corrections", "contributors", "finetune_runs")
    with transaction(engine) as connection:
        return [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in tables
        ]


def teach(client: FlaskClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/v1/tags", json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.get_json()
    return document


@pytest.mark.usefixtures("impatient")
def test_examples_become_corrections_and_a_run_of_their_own(
    client: FlaskClient, images: list[str], redis: Redis
) -> None:
    document = teach(
        client,
        name=" #Summer Dress",
        examples=[*images[:2], images[0]],
        counterexamples=images[2:3],
        user="ada",
    )

    assert (document["tag"], document["name"]) == ("summer-dress", "Summer Dress")
    run = document["run"]
    assert (run["status"], run["trigger"], run["tag"]) == ("queued", "tag", "summer-dress")
    log = get(client, "/v1/corrections")["corrections"]
    assert {(c["image"], c["tag"], c["verdict"], c["user"]) for c in log} == {
        (images[0], "summer-dress", "add", "ada"),
        (images[1], "summer-dress", "add", "ada"),
        (images[2], "summer-dress", "remove", "ada"),
    }
    assert redis.llen(TRAINING) == 1


@pytest.mark.usefixtures("impatient")
def test_a_tag_that_is_known_gets_more_examples(client: FlaskClient, images: list[str]) -> None:
    teach(client, name="mascot", examples=images[:1])

    assert teach(client, name="Mascot", examples=images[1:2])["tag"] == "mascot"
    assert teach(client, name="doggy", examples=images[1:2])["tag"] == "doggy"
    assert teach(client, name="dog", examples=images[1:2])["tag"] == "dog"


def test_the_answer_waits_for_the_run_to_end(
    client: FlaskClient, images: list[str], engine: Engine
) -> None:
    with ThreadPoolExecutor(1) as executor:
        answer = executor.submit(teach, client, name="mascot", examples=images[:1])
        wait_for(lambda: counts(engine)[-1], "a run")
        with transaction(engine) as connection:
            connection.execute(
                text(
                    "UPDATE finetune_runs "
                    "SET status = 'rejected', reason = 'too little', finished_at = now()"
                )
            )
        run = answer.result()["run"]

    assert (run["status"], run["reason"]) == ("rejected", "too little")


@pytest.mark.usefixtures("live", "untouched")
@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"examples": []}, 400, "examples"),
        ({"examples": None}, 400, "examples"),
        ({"examples": [str(uuid4())]}, 404, "There is no image"),
        ({"examples": ["cat.jpg"]}, 404, "cat.jpg"),
        ({"examples": [str(UUID(int=n)) for n in range(1001)]}, 400, "examples"),
        ({"counterexamples": [str(uuid4())]}, 404, "There is no image"),
        ({"name": "x" * 10_000}, 400, "at most 100 characters"),
        ({"name": "\x07"}, 400, "control character"),
        ({"name": ""}, 400, "letter, digit, symbol or emoji"),
        ({"user": "\x00"}, 400, "user"),
    ],
)
def test_invalid_input_is_refused_and_leaves_nothing_behind(
    client: FlaskClient, images: list[str], change: dict[str, Any], status: int, reason: str
) -> None:
    body = {"name": "mascot", "examples": images[:1], **change}

    answer = client.post("/v1/tags", json=body)

    assert answer.status_code == status
    assert reason in answer.get_json()["detail"]


@pytest.mark.usefixtures("untouched")
def test_an_image_cannot_be_an_example_and_a_counterexample(
    client: FlaskClient, images: list[str]
) -> None:
    body = {"name": "mascot", "examples": images[:2], "counterexamples": images[1:3]}

    answer = client.post("/v1/tags", json=body)

    assert answer.status_code == 400
    assert images[1] in answer.get_json()["detail"]


@pytest.mark.usefixtures("untouched")
def test_new_tags_can_be_turned_off(settings: Settings, images: list[str]) -> None:
    client = create_app(settings.model_copy(update={"custom_tags": False})).test_client()

    answer = client.post("/v1/tags", json={"name": "mascot", "examples": images[:1]})

    assert answer.status_code == 404
    assert "TAGLOOP_CUSTOM_TAGS" in answer.get_json()["detail"]

"""Retrying failed images."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.worker.tagging.pipeline import Pipeline
from shared.auth.scopes import Scope
from shared.config import Settings
from shared.storage.storage import Storage
from tests.support.pictures.rows import insert_row, read_row, set_row, store_image
from tests.support.requests.keys import app_with, client_of

DAMAGED = "The picture is damaged and cannot be decoded."


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return app_with(settings).test_client()


def failed(engine: Engine, error: str = DAMAGED, **values: Any) -> UUID:
    """Insert an image that failed for this reason."""
    image = insert_row(engine, **values)
    set_row(engine, image, f"status = 'failed', attempts = 5, error = '{error}'")
    return image


def statuses(engine: Engine, images: list[UUID]) -> list[str]:
    return [read_row(engine, image)["status"] for image in images]


def test_a_failed_image_gets_all_its_attempts_again_and_its_tags(
    pipeline: Pipeline,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    photos: dict[str, Path],
) -> None:
    client = app_with(settings).test_client()
    image = store_image(settings, engine, storage, photos["cat"].read_bytes())
    set_row(engine, image, "status = 'failed', attempts = 5, error = 'The storage was away.'")

    answer = client.post(f"/v1/images/{image}/retry")

    assert answer.status_code == 202
    assert (answer.get_json()["status"], answer.get_json()["error"]) == ("queued", None)
    assert read_row(engine, image)["attempts"] == 0
    pipeline.tag([image])
    assert statuses(engine, [image]) == ["tagged"]


def test_an_image_that_has_not_failed_is_left_alone(client: FlaskClient, engine: Engine) -> None:
    image = insert_row(engine)

    assert client.post(f"/v1/images/{image}/retry").status_code == 409
    assert client.post("/v1/images/x/retry").status_code == 404
    assert client.post("/v1/images/retry", json={"ids": [str(image)]}).get_json() == {"images": 0}


def test_many_are_tried_again_by_id_by_reason_or_all(client: FlaskClient, engine: Engine) -> None:
    images = [failed(engine), failed(engine, "Too slow."), failed(engine), failed(engine)]

    def retry(**which: Any) -> int:
        answer = client.post("/v1/images/retry", json=which)
        assert answer.status_code == 202, answer.text
        images: int = answer.get_json()["images"]
        return images

    assert retry(ids=[str(images[0])]) == 1
    assert retry(error="Too slow.") == 1
    assert statuses(engine, images) == ["queued", "queued", "failed", "failed"]
    assert retry() == 2
    assert statuses(engine, images) == ["queued"] * 4


def test_an_owners_key_retries_only_its_own(settings: Settings, engine: Engine) -> None:
    own, other = failed(engine, owner="alma"), failed(engine, owner="bert")
    alma = client_of(app_with(settings, auth=True), engine, Scope.INGEST, owner="alma")

    assert alma.post(f"/v1/images/{other}/retry").status_code == 404
    assert alma.post("/v1/images/retry", json={}).get_json() == {"images": 1}
    assert statuses(engine, [own, other]) == ["queued", "failed"]


def test_a_full_queue_refuses_retries_too(settings: Settings, engine: Engine) -> None:
    image = failed(engine)
    insert_row(engine)
    client = app_with(settings, queue_limit=1).test_client()

    answer = client.post(f"/v1/images/{image}/retry")

    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert statuses(engine, [image]) == ["failed"]

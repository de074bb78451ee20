"""A real object store that speaks S3: its notifications, and the pictures that they announce."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from celery import Celery
from flask.testing import FlaskClient
from sqlalchemy import Engine

from services.ingest.app import create_app
from services.worker.tagging.fetcher import Fetcher
from shared.config import Settings
from shared.errors import FetchFailed, OriginUnavailable, TooManyBytes
from shared.fetch import read_object
from shared.storage.object_url import object_url
from shared.storage.storage import Storage, original_key
from tests.acceptance.conftest import free_port
from tests.support.conditions import wait_for
from tests.support.events.webhooks import BUCKET, SECRETS, bearer
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import read_row
from tests.support.storage.object_store import REGION, Bucket, object_store, reset

JPEG = READABLE["JPEG"]()
KEYS = ("cat.jpg", "a b+c/ü猫 100%.jpg", "q?x=1&y#f.jpg")
# What these keys mean in a path is not what they mean in S3.
UNREADABLE_KEYS = ("a//b.jpg", "/lead.jpg", "a/../b.jpg", "a/./b.jpg")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a running object store."""
    with object_store() as url:
        yield url


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An empty bucket that sends notifications, and credentials for it in this process."""
    reset(endpoint)
    monkeypatch.setenv("AWS_ENDPOINT", endpoint)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return Bucket(endpoint)


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    """A client of the webhooks, as they start in production."""
    secrets = settings.model_validate({"webhook_secrets": SECRETS}).webhook_secrets
    return create_app(settings.model_copy(update={"webhook_secrets": secrets})).test_client()


@pytest.fixture
def fetcher(
    settings: Settings, engine: Engine, storage: Storage, celery: Celery
) -> Iterator[Fetcher]:
    """The part of a worker that fetches."""
    with closing(Fetcher(settings, engine, storage, celery)) as fetcher:
        yield fetcher


def relay(bucket: Bucket, client: FlaskClient) -> list[dict[str, Any]]:
    """Send all notifications on; returns the images that were named in the answers."""
    images = []
    for body in bucket.notifications():
        answer = client.post("/v1/webhooks/s3", data=body, headers=bearer())
        assert answer.status_code == 200, answer.text
        images += answer.get_json()["images"]
    return images


def test_objects_are_read_with_the_deployments_credentials(
    bucket: Bucket, client: FlaskClient, fetcher: Fetcher, engine: Engine, storage: Storage
) -> None:
    for number, key in enumerate(KEYS):
        bucket.s3.put_object(Bucket=BUCKET, Key=key, Body=JPEG + bytes([number]))

    images = relay(bucket, client)
    fetcher.wake()

    assert len(images) == len(KEYS)
    for image in images:
        row = wait_for(lambda image=image: fetched(engine, image["id"]), "the bytes")  # type: ignore[misc]
        assert row["metadata"]["key"] in KEYS
        assert row["format"] == "JPEG"
        assert bytes(storage.get(original_key(row["id"])))[: len(JPEG)] == JPEG


def fetched(engine: Engine, image_id: Any) -> dict[str, Any]:
    row = read_row(engine, image_id)
    return row if row["sha256"] is not None else {}


def test_an_object_that_is_removed_is_deleted_here(
    bucket: Bucket, client: FlaskClient, fetcher: Fetcher, engine: Engine
) -> None:
    bucket.s3.put_object(Bucket=BUCKET, Key="cat.jpg", Body=JPEG)
    (image,) = relay(bucket, client)
    fetcher.wake()
    wait_for(lambda: fetched(engine, image["id"]), "the bytes")

    bucket.s3.delete_object(Bucket=BUCKET, Key="cat.jpg")
    (body,) = bucket.notifications()
    answer = client.post("/v1/webhooks/s3", data=body, headers=bearer())

    assert answer.get_json() == {"images": [], "deleted": 1}


def test_the_stores_test_event_is_taken(bucket: Bucket, client: FlaskClient) -> None:
    (body,) = bucket.notifications()

    assert json.loads(body)["Event"] == "s3:TestEvent"
    assert client.post("/v1/webhooks/s3", data=body, headers=bearer()).status_code == 200


def test_an_object_that_is_gone_before_it_is_fetched_fails_with_the_reason(
    bucket: Bucket, client: FlaskClient, fetcher: Fetcher, engine: Engine
) -> None:
    bucket.s3.put_object(Bucket=BUCKET, Key="cat.jpg", Body=JPEG)
    (image,) = relay(bucket, client)
    bucket.s3.delete_object(Bucket=BUCKET, Key="cat.jpg")

    fetcher.wake()

    row = wait_for(lambda: failed(engine, image["id"]), "the failure")
    assert row["error"].endswith("The bucket pictures has no object 'cat.jpg'.")


def failed(engine: Engine, image_id: Any) -> dict[str, Any]:
    row = read_row(engine, image_id)
    return row if row["status"] == "failed" else {}


@pytest.mark.parametrize("key", UNREADABLE_KEYS)
def test_an_object_key_that_would_be_read_as_another_is_refused(bucket: Bucket, key: str) -> None:
    bucket.s3.put_object(Bucket=BUCKET, Key="lead.jpg", Body=b"another")

    with pytest.raises(FetchFailed, match="cannot be read"):
        read_object(object_url(BUCKET, key), 1000, 5)


def test_an_object_that_is_too_large_is_refused(bucket: Bucket) -> None:
    bucket.s3.put_object(Bucket=BUCKET, Key="large", Body=bytes(1001))

    with pytest.raises(TooManyBytes):
        read_object(object_url(BUCKET, "large"), 1000, 5)


def test_an_unreachable_storage_may_be_retried(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{free_port()}")

    with pytest.raises(OriginUnavailable) as away:
        read_object(object_url(BUCKET, "a.jpg"), 1000, 5)
    assert "secret" not in str(away.value)


@pytest.mark.parametrize("url", ["s3://pictures/cat.jpg", "S3://pictures/cat.jpg"])
def test_only_webhooks_accept_the_url_of_an_object(client: FlaskClient, url: str) -> None:
    answer = client.post("/v1/images", json={"url": url})

    assert answer.status_code == 400
    assert "Only http and https" in answer.get_json()["detail"]

"""Corrections belong to the bytes and their owner, however the object is named."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from celery import Celery
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from services.catalog.app import create_app as create_catalog
from services.feedback.app import create_app as create_feedback
from services.ingest.app import create_app as create_ingest
from services.worker.tagging.fetcher import Fetcher
from services.worker.tagging.pipeline import Pipeline
from services.worker.tagging.released_objects import forget_withdrawn
from shared.config import Settings
from shared.db.connection.engine import transaction
from shared.storage.storage import Storage, original_key
from tagloop.admin.owners import erase_owner
from tests.support.conditions import wait_for
from tests.support.events.deliveries import count_images, send, taken
from tests.support.events.webhooks import BUCKET, bearer, record, records
from tests.support.learning.feedback import correct
from tests.support.pictures.pictures import READABLE
from tests.support.pictures.rows import read_row, store_image
from tests.support.storage.object_store import REGION
from tests.support.storage.tiny_s3 import TinyS3, tiny_s3

JPEG = READABLE["JPEG"]()
OTHER = READABLE["PNG"]()
PUT, REMOVED = "ObjectCreated:Put", "ObjectRemoved:Delete"


@dataclass
class Photos:
    """A bucket whose events are forwarded, and the images that result."""

    bucket: TinyS3
    webhooks: FlaskClient
    feedback: FlaskClient
    engine: Engine
    fetcher: Fetcher
    events: int = 0

    def event(self, key: str, name: str = PUT, etag: str = "S") -> dict[str, Any]:
        """Return an event, later than all before."""
        self.events += 1
        return record(key, name, f"{self.events:04X}", eTag=etag)

    def tell(self, *events: dict[str, Any], wait: bool = True) -> dict[str, Any]:
        """Deliver events, and wait until every object has been read or given up."""
        answer = send(self.webhooks, "s3", records(*events), bearer(), "?owner=mv")
        self.fetcher.wake()
        if wait:
            wait_for(lambda: not self._waiting(), "the objects")
        return taken(answer)

    def put(self, key: str, content: bytes = JPEG, **values: Any) -> UUID:
        """Put an object into the bucket; return the id of its image."""
        self.bucket.objects[f"{BUCKET}/{key}"] = content
        (image,) = self.tell(self.event(key, **values))["images"]
        return UUID(image["id"])

    def said(self) -> list[tuple[str, str]]:
        """Return image and tag of every correction that counts."""
        labels = self.feedback.get("/v1/labels").get_json()["labels"]
        return [(label["image"], label["tag"]) for label in labels]

    def _waiting(self) -> int:
        query = text("""
            SELECT (SELECT count(*) FROM images WHERE status = 'queued' AND sha256 IS NULL)
                + (SELECT count(*) FROM object_releases)
        """)
        with transaction(self.engine) as connection:
            return int(connection.scalar(query) or 0)


@pytest.fixture
def photos_at(
    *,
    webhooks: FlaskClient,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    celery: Celery,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Photos]:
    with tiny_s3() as bucket:
        monkeypatch.setenv("AWS_ENDPOINT", bucket.url)
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        feedback = create_feedback(settings).test_client()
        with closing(Fetcher(settings, engine, storage, celery)) as fetcher:
            yield Photos(bucket, webhooks, feedback, engine, fetcher)


@pytest.fixture
def grandma(photos_at: Photos) -> UUID:
    """The image of the object a.jpg, which a person has corrected."""
    image = photos_at.put("a.jpg")
    correct(photos_at.feedback, image, add=["grandma"])
    return image


def is_kept(photos_at: Photos, image: UUID) -> bool:
    return photos_at.said() == [(str(image), "grandma")]


def test_an_object_renamed_in_one_delivery_keeps_its_image(
    photos_at: Photos, grandma: UUID, engine: Engine, storage: Storage
) -> None:
    photos_at.bucket.objects[f"{BUCKET}/b.jpg"] = JPEG
    answer = photos_at.tell(photos_at.event("b.jpg"), photos_at.event("a.jpg", REMOVED))

    assert answer["deleted"] == 0
    assert is_kept(photos_at, grandma)
    row = read_row(engine, grandma)
    assert (row["filename"], row["metadata"]["key"]) == ("b.jpg", "b.jpg")
    assert row["source_url"] == f"s3://{BUCKET}/b.jpg"
    assert storage.get(original_key(grandma)) == JPEG


def test_an_object_that_is_removed_before_it_comes_again_gets_its_image_back(
    photos_at: Photos, grandma: UUID, engine: Engine, storage: Storage
) -> None:
    gone = photos_at.tell(photos_at.event("a.jpg", REMOVED))
    assert gone["deleted"] == 1
    assert photos_at.said() == []
    with pytest.raises(Exception, match="gone"):
        storage.get(original_key(grandma))

    copy = photos_at.put("b.jpg", etag="another")

    assert is_kept(photos_at, grandma)
    assert read_row(engine, copy)["same_as"] == grandma
    row = read_row(engine, grandma)
    assert (row["status"], row["metadata"]["key"]) == ("queued", "b.jpg")
    assert storage.get(original_key(grandma)) == JPEG


def test_two_deliveries_at_once_keep_the_image(photos_at: Photos, grandma: UUID) -> None:
    photos_at.bucket.objects[f"{BUCKET}/b.jpg"] = JPEG
    photos_at.tell(photos_at.event("b.jpg"), wait=False)
    photos_at.tell(photos_at.event("a.jpg", REMOVED))

    assert is_kept(photos_at, grandma)


def test_the_same_bytes_under_another_etag_are_the_same_image(
    photos_at: Photos, grandma: UUID, engine: Engine
) -> None:
    photos_at.put("a.jpg", etag="K2")
    photos_at.put("a.jpg", etag="K3")

    assert is_kept(photos_at, grandma)
    assert photos_at.tell(photos_at.event("a.jpg", REMOVED))["deleted"] >= 1
    assert count_images(engine) == 0


def test_other_bytes_under_the_same_key_are_another_image(
    photos_at: Photos, grandma: UUID, engine: Engine
) -> None:
    other = photos_at.put("a.jpg", OTHER, etag="K2")

    assert photos_at.said() == []
    assert count_images(engine) == 1
    # The first bytes come again.
    photos_at.put("a.jpg", etag="K3")
    assert is_kept(photos_at, grandma)
    assert other not in {UUID(image) for image, _ in photos_at.said()}


def test_an_image_has_the_names_of_its_newest_object(
    photos_at: Photos, grandma: UUID, engine: Engine
) -> None:
    def key() -> Any:
        return read_row(engine, grandma)["metadata"]["key"]

    photos_at.put("b.jpg")
    photos_at.put("c.jpg")
    assert key() == "c.jpg"
    photos_at.tell(photos_at.event("b.jpg", REMOVED))
    assert key() == "c.jpg"
    photos_at.tell(photos_at.event("c.jpg", REMOVED))
    assert key() == "a.jpg"
    photos_at.put("d.jpg")
    photos_at.put("a.jpg")
    assert key() == "a.jpg"
    assert is_kept(photos_at, grandma)


def test_withdrawn_corrections_return_with_an_upload_of_the_same_bytes(
    photos_at: Photos,
    grandma: UUID,
    *,
    settings: Settings,
    engine: Engine,
    storage: Storage,
    pipeline: Pipeline,
) -> None:
    photos_at.tell(photos_at.event("a.jpg", REMOVED))
    store_image(settings, engine, storage, JPEG, "another owner")

    upload = store_image(settings, engine, storage, JPEG, "mv")
    pipeline.tag([upload])

    assert is_kept(photos_at, upload)


def test_an_object_whose_bytes_were_uploaded_as_well_leaves_the_image(
    photos_at: Photos, grandma: UUID, settings: Settings, engine: Engine
) -> None:
    upload = create_ingest(settings).test_client().post("/v1/images?owner=mv", data=JPEG)
    assert upload.get_json()["id"] == str(grandma)

    photos_at.tell(photos_at.event("a.jpg", REMOVED))

    assert is_kept(photos_at, grandma)
    assert count_images(engine) == 1


def test_a_deletion_by_a_person_is_final(
    photos_at: Photos, grandma: UUID, settings: Settings, engine: Engine
) -> None:
    catalog = create_catalog(settings).test_client()
    assert catalog.delete(f"/v1/images/{grandma}").status_code == 204

    again = photos_at.put("b.jpg")

    assert again != grandma
    assert photos_at.said() == []


def test_withdrawn_corrections_are_deleted_after_a_while_and_by_an_erasure(
    photos_at: Photos, grandma: UUID, settings: Settings, engine: Engine
) -> None:
    photos_at.tell(photos_at.event("a.jpg", REMOVED))
    forget_withdrawn(engine, 1)
    assert withdrawn(engine) == (1, 1)

    erase_owner(settings, "mv")
    assert withdrawn(engine) == (0, 0)

    correct(photos_at.feedback, photos_at.put("b.jpg"), add=["grandma"])
    photos_at.tell(photos_at.event("b.jpg", REMOVED))
    forget_withdrawn(engine, 0)
    assert withdrawn(engine) == (0, 0)


def withdrawn(engine: Engine) -> tuple[int, int]:
    with transaction(engine) as connection:
        row = connection.execute(
            text("""
                SELECT (SELECT count(*) FROM withdrawn_images),
                       (SELECT count(*) FROM withdrawn_corrections)
            """)
        ).one()
        return row[0], row[1]


def test_an_object_that_is_announced_too_early_is_read_a_moment_later(photos_at: Photos) -> None:
    (image,) = photos_at.tell(photos_at.event("late.jpg"), wait=False)["images"]
    wait_for(lambda: photos_at.bucket.asked, "the first attempt")

    photos_at.bucket.objects[f"{BUCKET}/late.jpg"] = JPEG

    wait_for(lambda: fetched(photos_at.engine, image["id"]), "the second attempt")
    assert len(photos_at.bucket.asked) >= 2


def fetched(engine: Engine, image_id: UUID) -> bool:
    return read_row(engine, image_id)["sha256"] is not None

"""Objects added to and removed from a bucket: events in any order have the same result."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from shared.db.connection.engine import transaction
from shared.db.events.objects import settle_releases
from shared.storage.storage import Storage, original_key
from tests.support.events.deliveries import count_images, image_of, send, taken
from tests.support.events.webhooks import bearer, record, records
from tests.support.pictures.rows import read_row, set_row


def to_s3(webhooks: FlaskClient, *found: dict[str, Any], query: str = "") -> TestResponse:
    return send(webhooks, "s3", records(*found), bearer(), query)


def settled(engine: Engine) -> list[UUID]:
    """Return what is deleted now that some objects are fetched."""
    with transaction(engine) as connection:
        return settle_releases(connection)


def test_an_object_becomes_an_image_with_its_place(webhooks: FlaskClient, engine: Engine) -> None:
    row = read_row(engine, image_of(to_s3(webhooks, record("a+b%2Fc%3Fd.jpg"), query="?owner=ada")))

    assert row["source_url"] == "s3://pictures/a%20b/c%3Fd.jpg"
    assert (row["filename"], row["owner"]) == ("c?d.jpg", "ada")
    assert row["metadata"] == {"bucket": "pictures", "key": "a b/c?d.jpg"}


def test_an_object_that_is_removed_takes_its_image_and_file_along(
    webhooks: FlaskClient, engine: Engine, storage: Storage
) -> None:
    image = image_of(to_s3(webhooks, record("a.jpg", sequencer="01")))
    storage.put(original_key(image), b"bytes")

    gone = to_s3(webhooks, record("a.jpg", "ObjectRemoved:Delete", "02"))

    assert taken(gone) == {"images": [], "deleted": 1}
    assert count_images(engine) == 0
    with pytest.raises(Exception, match="gone"):
        storage.get(original_key(image))


def test_events_that_arrive_in_the_wrong_order_end_as_in_the_right_one(
    webhooks: FlaskClient, engine: Engine
) -> None:
    put, removed = record("a.jpg", sequencer="01"), record("a.jpg", "ObjectRemoved:Delete", "02")

    assert taken(to_s3(webhooks, removed)) == {"images": [], "deleted": 0}
    assert taken(to_s3(webhooks, put)) == {"images": [], "deleted": 0}
    assert count_images(engine) == 0
    # One request may have them in any order too, and a later event creates the object again.
    assert len(taken(to_s3(webhooks, record("a.jpg", sequencer="03"), removed, put))["images"]) == 1


def test_the_same_event_of_an_object_again_is_the_same_image(
    webhooks: FlaskClient, engine: Engine
) -> None:
    one = record("a.jpg", sequencer="01", eTag="e")

    assert image_of(to_s3(webhooks, one)) == image_of(to_s3(webhooks, one))
    assert count_images(engine) == 1


def test_an_object_that_is_overwritten_is_another_picture_unless_its_bytes_are_the_same(
    webhooks: FlaskClient, engine: Engine
) -> None:
    first = image_of(to_s3(webhooks, record("a.jpg", sequencer="01", eTag="one")))

    set_row(engine, first, "sha256 = 'first'")
    same = image_of(to_s3(webhooks, record("a.jpg", sequencer="02", eTag="one")))
    other = image_of(to_s3(webhooks, record("a.jpg", sequencer="03", eTag="two")))

    assert same == first
    assert other != first
    # Whether the bytes are others is known once they are fetched.
    assert settled(engine) == []
    set_row(engine, other, "sha256 = 'other'")
    assert settled(engine) == [first]


def test_an_old_version_that_is_removed_leaves_the_newest(
    webhooks: FlaskClient, engine: Engine
) -> None:
    to_s3(webhooks, record("a.jpg", sequencer="01", versionId="v1"))
    to_s3(webhooks, record("a.jpg", sequencer="02", versionId="v2"))

    to_s3(webhooks, record("a.jpg", "ObjectRemoved:Delete", "03", versionId="v1"))
    assert count_images(engine) == 1
    to_s3(webhooks, record("a.jpg", "ObjectRemoved:DeleteMarkerCreated", "04", versionId="v3"))
    assert count_images(engine) == 0


def test_the_image_of_two_objects_stays_until_both_are_gone(
    webhooks: FlaskClient, engine: Engine
) -> None:
    first = image_of(to_s3(webhooks, record("a.jpg", sequencer="01")))
    second = image_of(to_s3(webhooks, record("b.jpg", sequencer="01")))
    set_row(engine, second, f"same_as = '{first}', status = 'tagged'")

    assert taken(to_s3(webhooks, record("a.jpg", "ObjectRemoved:Delete", "02")))["deleted"] == 0
    assert read_row(engine, first)
    gone = to_s3(webhooks, record("b.jpg", "ObjectRemoved:Delete", "02"))

    assert taken(gone)["deleted"] == 2
    assert count_images(engine) == 0


def test_an_image_that_was_uploaded_before_outlives_the_object_of_the_same_bytes(
    webhooks: FlaskClient, engine: Engine
) -> None:
    copy = image_of(to_s3(webhooks, record("a.jpg", sequencer="01")))
    uploaded = image_of(to_s3(webhooks, record("b.jpg", sequencer="01")))
    set_row(engine, uploaded, "source_url = NULL")
    set_row(engine, copy, f"same_as = '{uploaded}', status = 'tagged'")

    to_s3(webhooks, record("a.jpg", "ObjectRemoved:Delete", "02"))

    assert count_images(engine) == 1
    assert read_row(engine, uploaded)


def test_an_image_whose_object_is_gone_is_not_shown_for_long(
    webhooks: FlaskClient, engine: Engine
) -> None:
    first = image_of(to_s3(webhooks, record("a.jpg", sequencer="01")))
    set_row(engine, first, "sha256 = 'first'")
    image_of(to_s3(webhooks, record("b.jpg", sequencer="01")))
    to_s3(webhooks, record("a.jpg", "ObjectRemoved:Delete", "02"))
    assert settled(engine) == []

    with transaction(engine) as connection:
        connection.execute(
            text("UPDATE object_releases SET released_at = now() - interval '6 minutes'")
        )

    assert settled(engine) == [first]

"""Bodies of AWS, MinIO and EventBridge about objects."""

import pytest

from services.ingest.webhooks.events import ObjectEvent
from services.ingest.webhooks.sources.table import SOURCES
from shared.errors import BadRequest
from tests.support.events.webhook_reading import objects, read
from tests.support.events.webhooks import bearer, delivery, record, records, webhook_settings


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.3", "2.6"])
@pytest.mark.parametrize("prefix", ["", "s3:"])
def test_records_of_aws_with_and_without_prefix(version: str, prefix: str) -> None:
    one = record("a+b%2Bc/%C3%BC.jpg", f"{prefix}ObjectCreated:Put", "00", eTag="e", versionId="v")

    (event,) = objects({**one, "eventVersion": version})

    assert event == ObjectEvent("pictures", "a b+c/ü.jpg", True, bytes(32), "e", "v", False)


def test_a_notification_of_minio() -> None:
    one = record("cat.jpg", "s3:ObjectCreated:Put", "16A3F2E1B0C4D5E6", contentType="image/jpeg")
    one |= {"eventSource": "minio:s3", "source": {"host": "10.0.0.7", "port": "", "userAgent": "x"}}
    body = {"EventName": "s3:ObjectCreated:Put", "Key": "pictures/cat.jpg", "Records": [one]}

    (event,) = read("s3", body)

    assert isinstance(event, ObjectEvent)
    assert (event.bucket, event.key, event.present) == ("pictures", "cat.jpg", True)
    assert event.sequencer.hex().startswith("16a3f2e1b0c4d5e6000")


@pytest.mark.parametrize(
    ("kind", "deletion", "present"),
    [
        ("Object Created", None, True),
        ("Object Deleted", "Permanently Deleted", False),
        ("Object Deleted", "Delete Marker Created", False),
    ],
)
def test_an_event_of_eventbridge(kind: str, deletion: str | None, present: bool) -> None:
    body = {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": kind,
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2021-11-12T00:00:00Z",
        "region": "ca-central-1",
        "resources": ["arn:aws:s3:::pictures"],
        "detail": {
            "version": "0",
            "bucket": {"name": "pictures"},
            # Unlike in a record, a plus is a plus here.
            "object": {"key": "a+b.jpg", "size": 5, "etag": "e", "sequencer": "617f08299329d189"},
            "request-id": "N4N7GDK58NMKJ12R",
            "deletion-type": deletion,
        },
    }

    (event,) = read("s3", body)

    assert isinstance(event, ObjectEvent)
    assert (event.key, event.present) == ("a+b.jpg", present)
    assert event.every_version is (deletion == "Delete Marker Created")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("0A", "0B"), ("0A", "0A1"), ("00FF", "01"), ("0055AED6DCD90281E5", "0055AED6DCD90281E6")],
)
def test_sequencers_of_different_lengths_are_compared_right_padded(
    earlier: str, later: str
) -> None:
    first, second = objects(record("a", sequencer=earlier), record("a", sequencer=later.lower()))

    assert first.sequencer < second.sequencer


def test_without_a_sequencer_the_time_gives_the_order() -> None:
    early, late = record("a", sequencer=""), record("a", sequencer="")
    early["eventTime"], late["eventTime"] = "2026-11-22T05:04:12.600Z", "2026-11-22T05:04:12.617Z"

    first, second = objects(early, late)

    assert first.sequencer < second.sequencer


def test_buckets_that_are_not_named_are_left_alone() -> None:
    settings = webhook_settings(s3_buckets=["others"])
    one = delivery("s3", records(record("a.jpg")), bearer(), settings=settings)

    assert SOURCES["s3"](one) == []


@pytest.mark.parametrize(
    "bucket", ["../private", "a/b", "evil.example/#", "u:p@evil.example", "a b", "ü", "a", ".a"]
)
def test_a_bucket_that_could_be_read_as_another_place_is_refused(bucket: str) -> None:
    one = record("a.jpg")
    one["s3"]["bucket"]["name"] = bucket

    with pytest.raises(BadRequest, match="not the name of a bucket"):
        objects(one)

"""What senders say, read: the pictures in it, and what makes no sense."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from services.ingest.webhooks.events import Event, ObjectEvent, PictureAt
from services.ingest.webhooks.sources import SOURCES
from shared.errors import BadRequest
from tests.webhooks import (
    CLOUDINARY,
    CLOUDINARY_SHA1,
    FILESTACK,
    FILESTACK_HMAC,
    NOW,
    TOKEN,
    UPLOADCARE,
    UPLOADCARE_HMAC,
    bearer,
    delivery,
    record,
    records,
    webhook_settings,
)


def read(source: str, body: object) -> list[Event]:
    """What a source makes of a body that is signed well."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(NOW)
    digest = hmac.new(b"fs-secret", f"{stamp}.".encode() + data, hashlib.sha256).hexdigest()
    care = hmac.new(b"uc-secret", data, hashlib.sha256).hexdigest()
    cloud = hashlib.sha1(data + f"{stamp}api-secret".encode()).hexdigest()
    headers = {
        "cloudinary": {"X-Cld-Timestamp": stamp, "X-Cld-Signature": cloud},
        "filestack": {"FS-Timestamp": stamp, "FS-Signature": digest},
        "uploadcare": {"X-Uc-Signature": f"v1={care}"},
        "s3": bearer(),
        "standard": {"Content-Type": "application/cloudevents+json", **bearer(TOKEN)},
    }
    return SOURCES[source](delivery(source, data, headers[source]))


def objects(*found: dict[str, Any]) -> list[Any]:
    return list(read("s3", records(*found)))


def test_cloudinary() -> None:
    headers = {"X-Cld-Timestamp": str(NOW), "X-Cld-Signature": CLOUDINARY_SHA1}

    assert SOURCES["cloudinary"](delivery("cloudinary", CLOUDINARY, headers)) == [
        PictureAt(
            event="upload a1 1700000000",
            url="https://res.cloudinary.com/demo/image/upload/v1700000000/shop/cat.jpg",
            filename="cat",
            sent_at=NOW,
            options={
                "hashtags": ["cat", "pet"],
                "metadata": {
                    "asset_id": "a1",
                    "public_id": "shop/cat",
                    "context": {"alt": "A cat"},
                },
            },
        )
    ]


def test_filestack() -> None:
    headers = {"FS-Timestamp": str(NOW), "FS-Signature": FILESTACK_HMAC}

    assert SOURCES["filestack"](delivery("filestack", FILESTACK, headers)) == [
        PictureAt(
            event="6844",
            url="https://cdn.filestackcontent.com/Q5eBTKldRfCSuEjUYuAz",
            filename="cat.jpg",
            sent_at=NOW,
            options={
                "metadata": {"container": "uploads", "key": "kWg9_cat.jpg", "client": "Computer"}
            },
        )
    ]


def test_a_workflow_of_filestack_names_what_it_stored_or_else_what_it_began_with() -> None:
    tags = {"data": {"tags": {"auto": {"wood": 80}, "user": None}}}
    stored = {"data": {"url": "https://cdn.filestackcontent.com/B", "mimetype": "image/png"}}
    workflow = {"id": 7, "action": "fs.workflow", "text": {"sources": ["A"], "workflow": "w1"}}

    workflow["text"]["results"] = {"tags_1": tags}  # type: ignore[index]
    (began,) = read("filestack", workflow)
    workflow["text"]["results"] = {"tags_1": tags, "store_1": stored}  # type: ignore[index]
    (ended,) = read("filestack", workflow)

    assert isinstance(began, PictureAt)
    assert isinstance(ended, PictureAt)
    assert began.url == "https://cdn.filestackcontent.com/A"
    assert ended.url == "https://cdn.filestackcontent.com/B"
    assert ended.options["metadata"] == {"workflow": "w1", "tags": {"wood": 80}}


def test_uploadcare() -> None:
    headers = {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}

    (event,) = SOURCES["uploadcare"](delivery("uploadcare", UPLOADCARE, headers))

    uuid = "740e1b8c-1ad8-4324-b7ec-112c79d8eac2"
    assert event == PictureAt(
        event=f"file.uploaded {uuid}",
        url=f"https://ucarecdn.com/{uuid}/cat.jpg",
        filename="cat.jpg",
        options={"metadata": {"uuid": uuid, "metadata": {"shop": "7"}}},
    )


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


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("cloudinary", {"notification_type": "eager"}),
        ("cloudinary", {"notification_type": "upload", "resource_type": "video"}),
        ("filestack", {"id": 1, "action": "fp.delete"}),
        ("filestack", {"id": 1, "action": "fp.upload", "text": {"type": "text/plain"}}),
        ("uploadcare", {"hook": {"event": "file.stored"}}),
        ("uploadcare", {"hook": {"event": "file.uploaded"}, "data": {"is_image": False}}),
        ("s3", {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "pictures"}),
        ("s3", {"Records": [record("a", "s3:ObjectRestore:Post")]}),
        ("s3", {"Records": []}),
        ("s3", {"source": "aws.s3", "detail-type": "Object Tags Added"}),
    ],
)
def test_what_concerns_no_new_picture_is_no_event(source: str, body: object) -> None:
    assert read(source, body) == []


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

    with pytest.raises(BadRequest, match="No bucket"):
        objects(one)


NONSENSE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b"1" * 5000,
    b"{}",
    b'{"Records": {}, "data": [], "hook": 1, "id": []}',
    b'{"Records": [null]}',
    b'{"Records": [{"eventName": 5}]}',
    b'{"Records": [{"eventName": "ObjectCreated:Put"}]}',
    records(record("")),
    records(record("a%00b")),
    records(record("a", sequencer="xyz")),
    records({**record("a", sequencer=""), "eventTime": "noon"}),
    b'{"source": "aws.s3", "detail-type": "Object Created", "detail": null}',
    b'{"Type": ["Notification"], "TopicArn": {}}',
    b'{"notification_type": "upload"}',
    b'{"notification_type": "upload", "asset_id": "a", "secure_url": 5}',
    b'{"notification_type": "upload", "asset_id": "a", "secure_url": "https://a/\\u0000"}',
    b'{"notification_type": "upload", "asset_id": "a", "secure_url": "https://a/\\ud800"}',
    b'{"id": 1, "action": "fp.upload", "text": {}}',
    b'{"id": {}, "action": "fp.upload"}',
    b'{"hook": {"event": "file.uploaded"}, "data": {"uuid": 1}}',
    b'{"specversion": "0.3", "type": "t", "id": "1", "source": "a", "data": {"url": "u"}}',
    b'{"specversion": "1.0", "type": "t", "source": "a", "data": {"url": "u"}}',
    b'{"specversion": "1.0", "type": "t", "id": "1", "data": {"url": "u"}}',
    b'{"specversion": "1.0", "id": "1", "source": "a", "data": {"url": "u"}}',
    b'{"specversion": "1.0", "type": "t", "id": "1", "source": "a", "data": "u"}',
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_or_says_nothing(source: str, body: bytes) -> None:
    try:
        events = read(source, body)
    except BadRequest:
        return
    assert events == []

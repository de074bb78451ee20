"""Bodies of senders: the pictures in them, and invalid ones."""

import base64

import pytest

from services.ingest.webhooks.events import PictureAt
from services.ingest.webhooks.sources.table import SOURCES
from shared.errors import BadRequest
from tests.support.events.webhook_reading import read
from tests.support.events.webhooks import (
    CLOUDINARY,
    CLOUDINARY_SHA1,
    FILESTACK,
    FILESTACK_HMAC,
    NOW,
    UPLOADCARE,
    UPLOADCARE_HMAC,
    delivery,
    record,
    records,
)


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
    checked = {"data": {"infected": False, "infections_list": []}}
    said = {"sources": ["A"], "workflow": "w1", "status": "Finished"}
    said |= {"createdAt": "2019-01-23T03:30:55Z", "updatedAt": "2019-01-23T03:30:57Z"}
    workflow = {"id": 7, "action": "fs.workflow", "timestamp": 1548214263, "text": said}

    workflow["text"]["results"] = {"virus_detection_1": checked, "tags_1": tags}  # type: ignore[index]
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


def test_a_cloudevent_whose_data_is_in_base64() -> None:
    said = {"specversion": "1.0", "type": "t", "id": "1", "source": "/shop"}
    data = base64.b64encode(b'{"url": "https://example.com/a.jpg"}').decode()

    (event,) = read("standard", {**said, "data_base64": data})

    assert isinstance(event, PictureAt)
    assert event.url == "https://example.com/a.jpg"
    for broken in ("%%%", data[:-1], base64.b64encode(b"no JSON").decode()):
        with pytest.raises(BadRequest, match=r"base64|JSON"):
            read("standard", {**said, "data_base64": broken})


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
def test_notifications_without_a_new_picture_give_no_event(source: str, body: object) -> None:
    assert read(source, body) == []


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
def test_invalid_input_is_refused_or_ignored(source: str, body: bytes) -> None:
    try:
        events = read(source, body)
    except BadRequest:
        return
    assert events == []

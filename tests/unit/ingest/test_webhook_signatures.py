"""Signatures: a good delivery for every scheme, and every way in which it can be wrong."""

import json
import time
from dataclasses import replace

import pytest
from werkzeug.datastructures import Headers

from services.ingest.webhooks.events import WebhookDelivery
from services.ingest.webhooks.sources.table import SOURCES
from shared.errors import TagloopError, UnverifiedSender
from tests.support.events.webhooks import (
    CLOUDINARY,
    CLOUDINARY_SHA1,
    CLOUDINARY_SHA256,
    FILESTACK,
    FILESTACK_HMAC,
    NOW,
    SECRETS,
    TOKEN,
    UPLOADCARE,
    UPLOADCARE_HMAC,
    bearer,
    delivery,
    envelope,
    record,
    records,
    signed,
    webhook_settings,
)

HOUR = 3600
MESSAGE = b'{"type": "picture.added", "data": {"url": "https://example.com/a.jpg"}}'
CLOUD_EVENT = json.dumps(
    {"specversion": "1.0", "id": "1", "source": "/shop", "type": "added", "data": {"url": "u"}}
).encode()
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
S3 = records(record("a.jpg"))
STAMP = {"X-Cld-Timestamp": str(NOW)}


def standard(sent_at: float, key: str = SECRETS["standard"][0]) -> WebhookDelivery:
    return delivery("standard", MESSAGE, signed(MESSAGE, sent_at=sent_at, key=key), time.time())


def sns(version: str, at: float = NOW) -> WebhookDelivery:
    return delivery("s3", json.dumps(envelope(S3.decode(), version, at)).encode(), {})


GOOD = {
    "cloudinary SHA-1": lambda: delivery(
        "cloudinary", CLOUDINARY, {**STAMP, "X-Cld-Signature": CLOUDINARY_SHA1}
    ),
    "cloudinary SHA-256": lambda: delivery(
        "cloudinary", CLOUDINARY, {**STAMP, "X-Cld-Signature": CLOUDINARY_SHA256}
    ),
    "filestack": lambda: delivery(
        "filestack", FILESTACK, {"FS-Timestamp": str(NOW), "FS-Signature": FILESTACK_HMAC}
    ),
    "uploadcare": lambda: delivery(
        "uploadcare", UPLOADCARE, {"X-Uc-Signature": f"v1={UPLOADCARE_HMAC}"}
    ),
    "standard": lambda: standard(time.time()),
    "SNS 1": lambda: sns("1"),
    "SNS 2": lambda: sns("2"),
}
# These bring a secret along and sign nothing.
TOKENS = {
    "MinIO": lambda: delivery("s3", S3, bearer()),
    "CloudEvents": lambda: delivery("standard", CLOUD_EVENT, {**STRUCTURED, **bearer(TOKEN)}),
}
SIGNATURES = ("X-Cld-Signature", "FS-Signature", "X-Uc-Signature", "webhook-signature")
TIMED = [name for name in GOOD if name != "uploadcare"]


def read(one: WebhookDelivery) -> None:
    SOURCES[one.source](one)


def refused(one: WebhookDelivery) -> None:
    with pytest.raises(UnverifiedSender):
        read(one)


@pytest.mark.parametrize("name", [*GOOD, *TOKENS])
def test_a_good_delivery_is_read(name: str) -> None:
    one = {**GOOD, **TOKENS}[name]()

    assert len(SOURCES[one.source](one)) == 1


@pytest.mark.parametrize("name", GOOD)
def test_one_flipped_bit_anywhere_in_the_body_is_refused(name: str) -> None:
    one = GOOD[name]()
    for at in range(0, len(one.body), 7):
        body = bytearray(one.body)
        body[at] ^= 1
        # Of an envelope the JSON is read, and the certificate fetched, before the signature can be
        # checked: each may be what fails.
        with pytest.raises(TagloopError) as refusal:
            read(replace(one, body=bytes(body)))
        assert refusal.value.status in ((400, 401, 503) if name.startswith("SNS") else (401,)), at


@pytest.mark.parametrize("name", [name for name in GOOD if not name.startswith("SNS")])
def test_a_changed_a_missing_and_an_empty_signature_are_refused(name: str) -> None:
    one = GOOD[name]()
    header = next(header for header in SIGNATURES if header in one.headers)
    value = one.headers[header]
    last = "0" if value[-3] != "0" else "1"
    for changed in (value[:-3] + last + value[-2:], value[:-1], "ü", "v1,,", "v1,=", "v1=", " "):
        refused(replace(one, headers=Headers({**dict(one.headers), header: changed})))
    refused(replace(one, headers=Headers({k: v for k, v in one.headers.items() if k != header})))


@pytest.mark.parametrize("name", [name for name in TIMED if name != "standard"])
@pytest.mark.parametrize("hours", [-2, 2])
def test_a_signature_of_another_time_is_refused(name: str, hours: int) -> None:
    one = GOOD[name]()

    refused(replace(one, received_at=NOW + hours * HOUR))


@pytest.mark.parametrize("seconds", [-301, 302])
def test_a_standard_message_with_an_old_signature_is_refused(seconds: int) -> None:
    refused(standard(time.time() + seconds))


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "17000000000000", "١٢٣", "nan"])
@pytest.mark.parametrize("header", ["X-Cld-Timestamp", "FS-Timestamp", "webhook-timestamp"])
def test_an_invalid_timestamp_is_refused(header: str, timestamp: str) -> None:
    one = next(one for make in GOOD.values() if header in (one := make()).headers)

    refused(replace(one, headers=Headers({**dict(one.headers), header: timestamp})))


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("webhook-timestamp", "1795728475000", "is not in Unix seconds"),
        ("webhook-timestamp", "9" * 30, "is not in Unix seconds"),
        ("webhook-signature", "v1", "is not as in"),
        ("webhook-signature", "v1,\u00e9", "is not as in"),
    ],
)
def test_a_header_of_another_form_is_named(header: str, value: str, reason: str) -> None:
    good = standard(time.time())
    headers = Headers({**dict(good.headers), header: value})

    with pytest.raises(UnverifiedSender, match=f"{header} {reason}"):
        read(replace(good, headers=headers))


@pytest.mark.parametrize("name", [name for name in (*GOOD, *TOKENS) if not name.startswith("SNS")])
def test_without_the_right_secret_nothing_is_read(name: str) -> None:
    one = {**GOOD, **TOKENS}[name]()
    wrong = {source: ["whsec_bm90LXRoZS1zZWNyZXQ=", "wrong"] for source in SECRETS}

    refused(replace(one, settings=webhook_settings(webhook_secrets=wrong)))
    refused(replace(one, settings=webhook_settings(webhook_secrets={})))


@pytest.mark.parametrize("name", [*GOOD, *TOKENS])
def test_while_a_secret_is_changed_both_hold(name: str) -> None:
    one = {**GOOD, **TOKENS}[name]()
    both = {source: ["whsec_bm90LXRoZS1zZWNyZXQ=", *SECRETS[source]] for source in SECRETS}

    read(replace(one, settings=webhook_settings(webhook_secrets=both)))


def test_a_signing_key_is_no_token() -> None:
    refused(delivery("standard", CLOUD_EVENT, {**STRUCTURED, **bearer(SECRETS["standard"][0])}))


@pytest.mark.parametrize(
    "authorization", ["minio-token", "Basic minio-token", "Bearer", "Bearer ü"]
)
def test_a_token_has_to_be_sent_as_bearer(authorization: str) -> None:
    refused(delivery("s3", S3, {"Authorization": authorization}))

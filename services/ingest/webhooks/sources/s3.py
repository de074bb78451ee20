"""S3: events of AWS and MinIO, sent directly, in an SNS envelope or by EventBridge.

Direct events and events from EventBridge carry the secret as `Authorization: Bearer`.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from services.ingest.webhooks.events import Event, ObjectEvent, WebhookDelivery
from services.ingest.webhooks.payload import member, optional_text, read_json_object, text_at
from services.ingest.webhooks.signatures import check_bearer
from services.ingest.webhooks.sources import sns
from shared.errors import BadRequest

CREATED = "ObjectCreated:"
REMOVED = ("ObjectRemoved:", "LifecycleExpiration:")
MARKER = "DeleteMarkerCreated"
BRIDGE_SOURCE = "aws.s3"
# The bucket becomes part of a URL that is requested with this server's credentials.
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# Longer than any that AWS or MinIO send: 16 to 18 digits.
SEQUENCER_BYTES = 32


def read_s3(delivery: WebhookDelivery) -> list[Event]:
    """Return the objects that were stored or deleted; test events and other kinds give none."""
    body = read_json_object(delivery.body)
    if sns.is_envelope(body):
        message = sns.open_envelope(delivery, body)
        if message is None:
            return []
        body = read_json_object(message)
    else:
        check_bearer(delivery)
    events = _read_message(body)
    buckets = delivery.settings.s3_buckets
    return [event for event in events if not buckets or event.bucket in buckets]


def _read_message(body: dict[str, Any]) -> list[ObjectEvent]:
    if member(body, "Event") == "s3:TestEvent":
        return []
    if member(body, "source") == BRIDGE_SOURCE:
        return _from_bridge(body)
    records = member(body, "Records")
    if not isinstance(records, list):
        raise BadRequest("The body has neither Records nor a detail of EventBridge.")
    return [event for record in records if (event := _from_record(record)) is not None]


def _from_record(record: object) -> ObjectEvent | None:
    name = text_at(record, "eventName").removeprefix("s3:")
    is_present = name.startswith(CREATED)
    if not is_present and not name.startswith(REMOVED):
        return None
    key = unquote_plus(text_at(record, "s3", "object", "key"))
    return _event(
        bucket=text_at(record, "s3", "bucket", "name"),
        key=key,
        present=is_present,
        sequencer=optional_text(record, "s3", "object", "sequencer"),
        time=optional_text(record, "eventTime"),
        etag=optional_text(record, "s3", "object", "eTag"),
        version=optional_text(record, "s3", "object", "versionId"),
        every_version=name.endswith(MARKER),
    )


def _from_bridge(body: dict[str, Any]) -> list[ObjectEvent]:
    kind = text_at(body, "detail-type")
    if kind not in ("Object Created", "Object Deleted"):
        return []
    return [
        _event(
            bucket=text_at(body, "detail", "bucket", "name"),
            # EventBridge does not encode the key.
            key=text_at(body, "detail", "object", "key"),
            present=kind == "Object Created",
            sequencer=optional_text(body, "detail", "object", "sequencer"),
            time=optional_text(body, "time"),
            etag=optional_text(body, "detail", "object", "etag"),
            version=optional_text(body, "detail", "object", "version-id"),
            every_version=optional_text(body, "detail", "deletion-type") == "Delete Marker Created",
        )
    ]


def _event(
    *,
    bucket: str,
    key: str,
    present: bool,
    sequencer: str | None,
    time: str | None,
    etag: str | None,
    version: str | None,
    every_version: bool,
) -> ObjectEvent:
    if BUCKET.fullmatch(bucket) is None:
        raise BadRequest(f"{bucket[:80]!r} is not the name of a bucket.")
    if not key or "\0" in key:
        raise BadRequest("The key of an object is empty, or has a NUL character in it.")
    return ObjectEvent(
        bucket,
        key,
        present,
        _read_sequencer(sequencer) if sequencer else _sequencer_of_time(time),
        etag,
        version,
        every_version,
    )


def _read_sequencer(text: str) -> bytes:
    """Return a sequencer, right-padded: AWS documents this for comparing different lengths."""
    try:
        return bytes.fromhex(text[: 2 * SEQUENCER_BYTES].ljust(2 * SEQUENCER_BYTES, "0"))
    except ValueError as error:
        raise BadRequest(f"The sequencer {text[:40]!r} is not a hexadecimal number.") from error


def _sequencer_of_time(text: str | None) -> bytes:
    """Return the time in nanoseconds as a sequencer, as MinIO does, for servers that send none."""
    try:
        nanoseconds = int(datetime.fromisoformat(text or "").timestamp() * 1e9)
        return _read_sequencer(f"{nanoseconds:016X}")
    except (ValueError, OverflowError) as error:
        raise BadRequest(
            "An event has neither a sequencer nor an eventTime, so its order is unknown."
        ) from error

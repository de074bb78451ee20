"""Sign bodies and have their source read them."""

import hashlib
import hmac
import json
from typing import Any

from services.ingest.webhooks.events import Event
from services.ingest.webhooks.sources.table import SOURCES
from tests.support.events.webhooks import NOW, TOKEN, bearer, delivery, records


def read(source: str, body: object) -> list[Event]:
    """Return the events that a source reads from a correctly signed body."""
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
    """Return the events that S3's records become."""
    return list(read("s3", records(*found)))

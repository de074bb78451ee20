"""Cloudinary: hex SHA-1 or SHA-256 of body, `X-Cld-Timestamp` and API secret; a plain digest."""

import hashlib

from services.ingest.webhooks.events import Event, PictureAt, WebhookDelivery
from services.ingest.webhooks.payload import member, optional_text, read_json_object, text_at
from services.ingest.webhooks.payload import without_nothing as given
from services.ingest.webhooks.signatures import (
    check_fresh,
    check_signature,
    require_header,
    require_secrets,
)

SHA256_HEX_DIGITS = 64


def read_cloudinary(delivery: WebhookDelivery) -> list[Event]:
    """Return the uploaded image; other notifications concern no new picture."""
    sent_at = _verify(delivery)
    body = read_json_object(delivery.body)
    if member(body, "notification_type") != "upload":
        return []
    if member(body, "resource_type") not in (None, "image"):
        return []
    asset = optional_text(body, "asset_id") or text_at(body, "public_id")
    tags = member(body, "tags")
    known = {name: optional_text(body, name) for name in ("asset_id", "public_id")}
    return [
        PictureAt(
            event=f"upload {asset} {member(body, 'version')}",
            url=text_at(body, "secure_url"),
            filename=optional_text(body, "original_filename"),
            sent_at=sent_at,
            options=given(
                {
                    "hashtags": tags if isinstance(tags, list) else None,
                    "metadata": given({**known, "context": member(body, "context", "custom")}),
                }
            ),
        )
    ]


def _verify(delivery: WebhookDelivery) -> int:
    secrets = require_secrets(delivery)
    signature = require_header(delivery, "X-Cld-Signature")
    timestamp = require_header(delivery, "X-Cld-Timestamp")
    algorithm = hashlib.sha256 if len(signature) == SHA256_HEX_DIGITS else hashlib.sha1
    signed = delivery.body + timestamp.encode()
    check_signature(signature, [algorithm(signed + one.encode()).hexdigest() for one in secrets])
    return check_fresh(delivery, timestamp)

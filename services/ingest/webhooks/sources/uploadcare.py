"""Uploadcare: `X-Uc-Signature: v1=<hex>`, HMAC-SHA256 of the body, without a time."""

from services.ingest.webhooks.events import Event, PictureAt, WebhookDelivery
from services.ingest.webhooks.payload import member, optional_text, read_json_object, text_at
from services.ingest.webhooks.payload import without_nothing as given
from services.ingest.webhooks.signatures import (
    check_signature,
    hmac_sha256,
    require_header,
    require_secrets,
)

VERSION = "v1="


def read_uploadcare(delivery: WebhookDelivery) -> list[Event]:
    """Return the uploaded picture; other events and other files concern no new picture."""
    _verify(delivery)
    body = read_json_object(delivery.body)
    if member(body, "hook", "event") != "file.uploaded":
        return []
    data = member(body, "data")
    if member(data, "is_image") is False:
        return []
    uuid = text_at(data, "uuid")
    metadata = member(data, "metadata")
    known = {"uuid": uuid, "metadata": metadata if isinstance(metadata, dict) else None}
    return [
        PictureAt(
            event=f"file.uploaded {uuid}",
            url=text_at(data, "original_file_url"),
            filename=optional_text(data, "original_filename"),
            options={"metadata": given(known)},
        )
    ]


def _verify(delivery: WebhookDelivery) -> None:
    secrets = require_secrets(delivery)
    signature = require_header(delivery, "X-Uc-Signature").removeprefix(VERSION)
    check_signature(signature, [hmac_sha256(secret, delivery.body) for secret in secrets])

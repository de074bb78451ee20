"""Filestack: `FS-Signature` is the hex HMAC-SHA256 of `FS-Timestamp`, a dot and the body."""

from typing import Any

from services.ingest.webhooks.events import Event, PictureAt, WebhookDelivery
from services.ingest.webhooks.payload import member, optional_text, read_json_object, text_at
from services.ingest.webhooks.payload import without_nothing as given
from services.ingest.webhooks.signatures import (
    check_fresh,
    check_signature,
    hmac_sha256,
    require_header,
    require_secrets,
)
from shared.errors import BadRequest

CDN = "https://cdn.filestackcontent.com/"


def read_filestack(delivery: WebhookDelivery) -> list[Event]:
    """Return the uploaded picture, or the pictures that a workflow processed."""
    sent_at = _verify(delivery)
    body = read_json_object(delivery.body)
    event = member(body, "id")
    if not isinstance(event, int | str):
        raise BadRequest("The body has no id.")
    text = member(body, "text")
    match member(body, "action"):
        case "fp.upload":
            return _read_upload(f"{event}", text, sent_at)
        case "fs.workflow":
            return _read_workflow(f"{event}", text, sent_at)
    return []


def _read_upload(event: str, text: object, sent_at: int) -> list[Event]:
    if not _is_picture(optional_text(text, "type")):
        return []
    known = given({name: optional_text(text, name) for name in ("container", "key", "client")})
    return [
        PictureAt(
            event=event,
            url=text_at(text, "url"),
            filename=optional_text(text, "filename"),
            sent_at=sent_at,
            options=given({"metadata": known}),
        )
    ]


def _read_workflow(event: str, text: object, sent_at: int) -> list[Event]:
    """Return the files that the workflow's tasks stored, or else the files it started with."""
    results = member(text, "results")
    outputs = [
        data
        for result in (results.values() if isinstance(results, dict) else ())
        if isinstance(data := member(result, "data"), dict)
    ]
    urls = [
        url
        for data in outputs
        if (url := optional_text(data, "url")) and _is_picture(optional_text(data, "mimetype"))
    ]
    sources = member(text, "sources")
    if not urls and isinstance(sources, list):
        urls = [_source_url(handle) for handle in sources if isinstance(handle, str)]
    tags = {name: share for data in outputs for name, share in _tags_of(data).items()}
    known = given({"workflow": optional_text(text, "workflow"), "tags": tags})
    return [
        PictureAt(f"{event} {url}", url, sent_at=sent_at, options=given({"metadata": known}))
        for url in dict.fromkeys(urls)
    ]


def _tags_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the tags that the workflow found, by name, in per cent."""
    tags = member(data, "tags", "auto")
    return tags if isinstance(tags, dict) else {}


def _source_url(handle: str) -> str:
    return handle if handle.startswith("https://") else CDN + handle


def _is_picture(mime_type: str | None) -> bool:
    return mime_type is None or mime_type.startswith("image/")


def _verify(delivery: WebhookDelivery) -> int:
    secrets = require_secrets(delivery)
    signature = require_header(delivery, "FS-Signature")
    # The payload has a timestamp too, but a different one is signed.
    timestamp = require_header(delivery, "FS-Timestamp")
    signed = f"{timestamp}.".encode() + delivery.body
    check_signature(signature, [hmac_sha256(secret, signed) for secret in secrets])
    return check_fresh(delivery, timestamp)

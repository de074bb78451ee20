"""`POST /v1/webhooks/{source}`: verify, store and answer a webhook before anything is fetched."""

import time
from functools import lru_cache
from typing import Any

import structlog
from flask import request
from flask.sansio.blueprints import BlueprintSetupState
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.ingest.documents import AcceptedImage
from services.ingest.webhooks.events import FetchText, WebhookDelivery
from services.ingest.webhooks.handshake import add_handshake
from services.ingest.webhooks.recording import RecordedEvents, record
from services.ingest.webhooks.sources.table import SOURCES, refuse_unknown_sources
from shared.db.connection.engine import transaction
from shared.db.images.images import find_statuses
from shared.db.owners.access import EVERYTHING
from shared.errors import NotFound, TagloopError
from shared.observability.metrics import uploads
from shared.web.answers.image_document import image_url
from shared.web.answers.problems import ProblemDocument
from shared.web.context import EXTENSION, context
from shared.web.requests.body import open_body
from shared.web.uploads.options import collect
from shared.web.uploads.overload import refuse_overload

CHUNK_BYTES = 64 * 1024
CERTIFICATES_KEPT = 16
ANY_BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/json": {"schema": {}}, "text/plain": {"schema": {}}},
}

log = structlog.get_logger(__name__)


class SourcePath(BaseModel):
    """Name of a sender."""

    source: str = Field(description=f"one of {', '.join(SOURCES)}")


class WebhookAnswer(BaseModel):
    """The outcome of a delivery; events that concern no picture are not listed."""

    images: list[AcceptedImage] = Field(
        description="new ones, and ones that an earlier delivery of it made"
    )
    deleted: int = Field(description="images whose objects are gone")


def create_webhooks(fetch: FetchText) -> APIBlueprint:
    """Create the blueprint of the webhooks.

    fetch: gets certificates, and confirms subscriptions, by https from public hosts.
    """
    webhooks = APIBlueprint("webhooks", __name__, abp_tags=[Tag(name="ingest")])
    fetch_certificate = lru_cache(CERTIFICATES_KEPT)(fetch)

    @webhooks.record
    def check_settings(state: BlueprintSetupState) -> None:
        """Check the settings when the app starts, not at the first webhook."""
        refuse_unknown_sources(state.app.extensions[EXTENSION].settings.webhook_secrets)

    @webhooks.post(
        "/v1/webhooks/<source>",
        summary="Receive a webhook from a storage or upload service",
        openapi_extensions={"requestBody": ANY_BODY},
        responses={
            200: WebhookAnswer,
            **dict.fromkeys((400, 401, 404, 413, 503), ProblemDocument),
        },
    )
    def post_webhook(path: SourcePath) -> dict[str, Any]:
        """Each source signs in its own way.

        A repeated event is the same image. owner, hashtags, metadata and callback_url may be in the
        query.
        """
        return _describe(_receive(path.source, fetch, fetch_certificate))

    add_handshake(webhooks, "standard")
    return webhooks


def _receive(source: str, fetch: FetchText, fetch_certificate: FetchText) -> RecordedEvents:
    """Verify and record the delivery in the current request; raise TagloopError to refuse it."""
    read = SOURCES.get(source)
    if read is None:
        raise NotFound(f"Unknown webhook source {source!r}; use one of {', '.join(SOURCES)}.")
    refuse_overload()
    delivery = WebhookDelivery(
        source,
        _read_body(),
        request.headers,
        time.time(),
        context().settings,
        fetch,
        fetch_certificate,
    )
    try:
        events = read(delivery)
        recorded = record(context(), source, events, collect(request.args.items(multi=True)))
    except TagloopError as refusal:
        uploads.labels(source, "refused").inc()
        log.warning("webhook refused", source=source, reason=str(refusal))
        raise
    uploads.labels(source, "accepted").inc(len(recorded.new))
    uploads.labels(source, "known").inc(len(recorded.known))
    log.info(
        "webhook taken",
        source=source,
        images=[str(image.id) for image in recorded.new],
        known=len(recorded.known),
        deleted=[str(image_id) for image_id in recorded.deleted],
    )
    return recorded


def _read_body() -> bytes:
    """Return the whole body, as it was signed; Flask limits its length."""
    stream = open_body(request)
    return b"".join(iter(lambda: stream.read(CHUNK_BYTES), b""))


def _describe(recorded: RecordedEvents) -> dict[str, Any]:
    ids = [*(image.id for image in recorded.new), *recorded.known]
    with transaction(context().engine) as connection:
        rows = find_statuses(connection, ids, EVERYTHING)
    return {"images": [_accepted(row) for row in rows], "deleted": len(recorded.deleted)}


def _accepted(row: RowMapping) -> dict[str, str]:
    return {"id": str(row["id"]), "status": row["status"], "url": image_url(row["id"])}

"""`/v1/images/{id}/retry` and `/v1/images/retry`: retry failed images."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_openapi3 import APIBlueprint
from flask_openapi3 import Tag as ApiTag
from pydantic import BaseModel, Field

from services.catalog.documents import IDS_AT_ONCE, ImageDocument
from shared.auth.authentication import caller_access
from shared.db.connection.engine import transaction
from shared.db.images.retrying import queue_failed
from shared.errors import Conflict, QueueFull
from shared.web.answers.image_document import describe_images
from shared.web.answers.problems import ProblemDocument
from shared.web.context import context
from shared.web.requests.fields import NO_NUL, ImagePath
from shared.web.requests.named import find_row

retrying = APIBlueprint("retrying", __name__, abp_tags=[ApiTag(name="images")])

ERROR_LENGTH = 2000
IMAGES_AT_ONCE = 1000


class RetryQuery(BaseModel):
    """Which failed images to retry. By default, all."""

    ids: list[UUID] | None = Field(None, max_length=IDS_AT_ONCE)
    error: str | None = Field(
        None,
        max_length=ERROR_LENGTH,
        pattern=NO_NUL,
        description="only those that failed for exactly this reason",
    )


class RetriedImages(BaseModel):
    """How many failed images were queued again."""

    images: int


@retrying.post(
    "/v1/images/<image_id>/retry",
    summary="Try a failed image again",
    responses={202: ImageDocument, **dict.fromkeys((404, 409, 503), ProblemDocument)},
)
def post_retry(path: ImagePath) -> tuple[dict[str, Any], int]:
    """Queues a failed image again, with all its attempts."""
    row = find_row(path.image_id)
    if not _queue([row["id"]], None):
        raise Conflict(f"The image {path.image_id!r} has not failed; it is {row['status']}.")
    row = find_row(path.image_id)
    with transaction(context().engine) as connection:
        return describe_images(connection, context().vocabulary, [row])[0], 202


@retrying.post(
    "/v1/images/retry",
    summary="Try many failed images again",
    responses={202: RetriedImages, 503: ProblemDocument},
)
def post_retries(body: RetryQuery) -> tuple[dict[str, Any], int]:
    """Queues failed images again, with all their attempts. Other images are not changed."""
    return {"images": _queue(body.ids, body.error)}, 202


def _queue(ids: Sequence[UUID] | None, error: str | None) -> int:
    """Queue failed images and notify the workers; return how many there were."""
    here = context()
    if here.backlog.is_over():
        limit = here.settings.queue_limit
        raise QueueFull(f"{limit:,} pictures or more wait to be tagged; try again later.")
    queued, after = 0, None
    while True:
        with transaction(here.engine) as connection:
            rows = queue_failed(
                connection,
                caller_access(),
                ids=ids,
                error=error,
                after=after,
                limit=IMAGES_AT_ONCE,
            )
        for queue in {row["queue"] for row in rows}:
            stored = [row["id"] for row in rows if row["queue"] == queue and row["is_stored"]]
            here.relay.announce(queue, stored)
        if not all(row["is_stored"] for row in rows):
            here.relay.announce_urls()
        queued += len(rows)
        if len(rows) < IMAGES_AT_ONCE:
            return queued
        # Images that fail again meanwhile sort later and are not retried twice.
        after = max(row["id"] for row in rows)
